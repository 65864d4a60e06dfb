using System.Net;
using System.Net.Sockets;
using FedPG.Cluster.Hosting;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>What connections begin with: who gets through, who does not, and what the others learn.</summary>
public sealed class HandshakeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("open sesame")]
    public async Task Two_that_share_a_secret_get_through_and_what_follows_is_left_to_them(string secret)
    {
        (Stream caller, Stream called) = Line();
        Task answer = Side(secret).AnswerAsync("x", called, called, Cancellation);
        await Side(secret).CallAsync(caller, caller, Cancellation);
        await answer;
        await caller.WriteAsync(new byte[] { 7 }, Cancellation);
        Assert.Equal(7, called.ReadByte());
    }

    [Theory]
    [InlineData("open sesame", "open barley")]
    [InlineData("open sesame", "")]
    [InlineData("", "open sesame")]
    public async Task Another_secret_is_refused_and_both_sides_are_told(string server, string worker)
    {
        (Stream caller, Stream called) = Line();
        var told = new List<string>();
        var calling = new Handshake(worker, _ => { });
        Task answer = new Handshake(server, told.Add).AnswerAsync("a process", called, called, Cancellation);
        await Assert.ThrowsAnyAsync<IOException>(() => calling.CallAsync(caller, caller, Cancellation));
        await Assert.ThrowsAnyAsync<IOException>(() => answer);
        Assert.Contains("its secret is not the server's", await calling.Refusal, StringComparison.Ordinal);
        Assert.Contains("a process is refused", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_calls_without_the_secret_learns_nothing_that_depends_on_it()
    {
        // Neither what a server says by itself, nor its own words said back to it, on the same line or another, get anybody through.
        (Stream first, Stream firstCalled) = Line();
        (Stream second, Stream secondCalled) = Line();
        Task one = Side("open sesame").AnswerAsync("x", firstCalled, firstCalled, Cancellation),
            other = Side("open sesame").AnswerAsync("y", secondCalled, secondCalled, Cancellation);
        byte[] greeting = await ReadAsync(first, 40);
        await second.WriteAsync(greeting, Cancellation);
        byte[] back = await ReadAsync(second, 40);
        await first.WriteAsync(back, Cancellation);
        await first.WriteAsync(new byte[32], Cancellation);
        await second.WriteAsync(new byte[32], Cancellation);
        Assert.Equal(0, first.ReadByte());
        Assert.Equal(0, second.ReadByte());
        await Assert.ThrowsAnyAsync<IOException>(() => one);
        await Assert.ThrowsAnyAsync<IOException>(() => other);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_secret_is_found_out()
    {
        (Stream caller, Stream called) = Line();
        Handshake worker = Side("open sesame");
        Task call = worker.CallAsync(caller, caller, Cancellation);
        byte[] greeting = await ReadAsync(called, 40);
        await called.WriteAsync(greeting, Cancellation);
        // It accepts whatever the worker shows, and shows that again: the two sides' proofs are not of one form.
        byte[] proof = await ReadAsync(called, 32);
        await called.WriteAsync((byte[])[1, .. proof], Cancellation);
        await Assert.ThrowsAnyAsync<IOException>(() => call);
        Assert.Contains("the server does not know the secret", await worker.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_that_listens_is_told_from_a_run()
    {
        (Stream caller, Stream called) = Line();
        await called.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\nand more of it, much more of it"u8.ToArray(), Cancellation);
        Assert.Contains("no FedPG.Torch",
            (await Assert.ThrowsAnyAsync<IOException>(() => Handshake.GreetAsync(caller, Cancellation))).Message, StringComparison.Ordinal);
    }

    private static Handshake Side(string secret) => new(secret, _ => { });

    private static async Task<byte[]> ReadAsync(Stream line, int bytes)
    {
        byte[] read = new byte[bytes];
        await line.ReadExactlyAsync(read, Cancellation);
        return read;
    }

    private static (Stream Caller, Stream Called) Line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var caller = new TcpClient();
        caller.Connect((IPEndPoint)listener.LocalEndpoint);
        return (caller.GetStream(), listener.AcceptTcpClient().GetStream());
    }
}
