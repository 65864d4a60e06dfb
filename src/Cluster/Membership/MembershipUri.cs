using System.Text.RegularExpressions;
using FedPG.Core.Options;
using Npgsql;
using StackExchange.Redis;

namespace FedPG.Cluster.Membership;

/// <summary>Reads the addresses of what keeps the list of members, as drivers want to have them.</summary>
internal static partial class MembershipUri
{
    private const int RedisPort = 6379, PostgreSqlPort = 5432;

    /// <summary>Reads <c>redis://[:PASSWORD@]HOST[:PORT][/DATABASE]</c>; with <c>rediss</c> the line is encrypted.</summary>
    /// <exception cref="InvalidInputException">It is something else.</exception>
    public static ConfigurationOptions Redis(string text)
    {
        Uri uri = Parse(text);
        if (uri.Query.Length > 0) throw Wrong(text, "must be redis://[:PASSWORD@]HOST[:PORT][/DATABASE], with nothing behind it");
        var options = new ConfigurationOptions { Ssl = uri.Scheme == "rediss", AbortOnConnectFail = false };
        options.EndPoints.Add(uri.Host, uri.IsDefaultPort ? RedisPort : uri.Port);
        (string user, string password) = UserOf(uri);
        if (user.Length > 0) options.User = user;
        if (password.Length > 0) options.Password = password;
        string database = uri.AbsolutePath.Trim('/');
        if (database.Length == 0) return options;
        if (!int.TryParse(database, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out int number))
            throw Wrong(text, "must name its database by a number");
        options.DefaultDatabase = number;
        return options;
    }

    /// <summary>
    /// Reads <c>postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?KEY=VALUE&amp;...]</c>, where the keys
    /// are those of the driver, as in <c>sslmode=require</c>.
    /// </summary>
    /// <exception cref="InvalidInputException">It is something else.</exception>
    public static string PostgreSql(string text)
    {
        Uri uri = Parse(text);
        (string user, string password) = UserOf(uri);
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.IsDefaultPort ? PostgreSqlPort : uri.Port };
        if (user.Length > 0) builder.Username = user;
        if (password.Length > 0) builder.Password = password;
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database) builder.Database = Uri.UnescapeDataString(database);
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            try
            {
                builder[Uri.UnescapeDataString(parts[0])] = Uri.UnescapeDataString(parts[^1]);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
            {
                throw Wrong(text, $"has the unknown or wrong setting {Uri.UnescapeDataString(parts[0])}");
            }
        }
        return builder.ConnectionString;
    }

    /// <summary>The same address, fit for messages.</summary>
    public static string WithoutPassword(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal), at = text.LastIndexOf('@');
        return InQuery().Replace(start < 0 || at < start ? text : $"{text[..(start + 3)]}...{text[at..]}", "$1...");
    }

    [GeneratedRegex("([?&](?:password|passfile|sslpassword|pwd)=)[^&]*", RegexOptions.IgnoreCase)]
    private static partial Regex InQuery();

    private static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0
            ? uri
            : throw Wrong(text, "must be an address as in redis://HOST:PORT or postgresql://USER:PASSWORD@HOST:PORT/DATABASE");

    private static (string User, string Password) UserOf(Uri uri)
    {
        string[] parts = uri.UserInfo.Split(':', 2);
        return (Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static InvalidInputException Wrong(string text, string why) =>
        new(new ValidationError("--cluster", "", WithoutPassword(text), why));
}
