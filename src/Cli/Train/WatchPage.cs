using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using FedPG.Core.Options;
using FedPG.Reporting.Report;

namespace FedPG.Cli.Train;

/// <summary>
/// <c>--watch</c>: the page of a run while it goes on, to this machine alone. A page is made when it is asked for, so that nobody who does
/// not look pays for it. It asks again by itself every few seconds.
/// </summary>
internal sealed class WatchPage : IDisposable
{
    /// <summary>The port unless another is given.</summary>
    public const int DefaultPort = 8321;

    private const int MaxPort = 65535;

    private readonly HttpListener _listener = new();
    private volatile string? _folder;

    private WatchPage(int port) =>
        (Address, Port) = (string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"), port);

    /// <summary>The option.</summary>
    public static Option<string?> Option { get; } = new("--watch")
    {
        Description = "Show the run while it goes on as a page that refreshes itself, to this machine only: http://127.0.0.1:PORT/ "
            + $"(default: {DefaultPort}).",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Where it is.</summary>
    public string Address { get; }

    private int Port { get; }

    /// <summary>Begins to listen; null where it is not asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="InvalidInputException">The port is none, or not free.</exception>
    public static WatchPage? Of(ParseResult parsed)
    {
        if (parsed.GetResult(Option) is null) return null;
        int port = DefaultPort;
        if (parsed.GetValue(Option) is { } given && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > MaxPort))
        {
            throw new InvalidInputException(new ValidationError(Option.Name, "", given, $"must be a port, 1 to {MaxPort}"));
        }
        var page = new WatchPage(port);
        try
        {
            page._listener.Prefixes.Add(page.Address);
            page._listener.Start();
        }
        catch (Exception e) when (e is HttpListenerException or System.Net.Sockets.SocketException)
        {
            page.Dispose();
            throw new InvalidInputException(
                new ValidationError(Option.Name, "", port.ToString(CultureInfo.InvariantCulture), "is not free; name another port"));
        }
        _ = Task.Run(page.Serve);
        return page;
    }

    /// <summary>Says whose page it is.</summary>
    /// <param name="folder">The run folder.</param>
    public void Show(string folder) => _folder = folder;

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync().ConfigureAwait(false);
                try
                {
                    await Answer(context).ConfigureAwait(false);
                }
                catch (Exception e) when (e is HttpListenerException or IOException or InvalidOperationException)
                {
                    // Who asked is gone.
                }
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The run has ended.
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        // Another name for this machine could come from a page elsewhere that means to read along.
        bool isHere = context.Request.UserHostName == string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");
        if (!isHere || context.Request.HttpMethod is not ("GET" or "HEAD") || context.Request.Url?.AbsolutePath != "/")
        {
            context.Response.StatusCode = (int)(isHere ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden);
            context.Response.Close();
            return;
        }
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.AddHeader("Cache-Control", "no-store");
        if (context.Request.HttpMethod == "GET")
        {
            byte[] page = Encoding.UTF8.GetBytes(Page());
            await context.Response.OutputStream.WriteAsync(page).ConfigureAwait(false);
        }
        context.Response.Close();
    }

    private string Page()
    {
        try
        {
            if (_folder is { } folder) return HtmlReport.Of(ReportedRuns.Read([folder]), watched: true);
        }
        catch (InvalidInputException)
        {
            // There is no row yet.
        }
        return HtmlReport.Of(new ReportedRuns([], []), watched: true);
    }
}
