using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace FedPG.Cluster.Hosting;

/// <summary>
/// What two processes say to each other on every new connection before the engine gets a byte of it: each proves that it knows the secret,
/// which itself never crosses, by a keyed hash of what both chose at random. Nobody else's messages are read at all. Thread-safe.
/// </summary>
/// <param name="secret">Any text; empty for none, with which everyone who can reach the ports gets through.</param>
/// <param name="note">Takes what a user should know.</param>
internal sealed class Handshake(string secret, Action<string> note)
{
    private const int NonceBytes = 32, Accepted = 1, Refused = 0;
    private const string Remedy = "give both the same with --secret-file or FEDPG_CLUSTER_SECRET";

    /// <summary>As long as messages may stall without anybody being taken for dead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private static readonly byte[] Greeting = "fedpg-2\n"u8.ToArray();
    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    private readonly TaskCompletionSource<string> _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when another process has refused this one, with the reason.</summary>
    public Task<string> Refusal => _refusal.Task;

    /// <summary>For all connections of a member of the cluster.</summary>
    public void AddTo(ISiloBuilder silo) => silo.Configure<SiloConnectionOptions>(options =>
    {
        options.ConfigureSiloOutboundConnection(connection => connection.Use(Calling));
        options.ConfigureSiloInboundConnection(connection => connection.Use(Called));
        options.ConfigureGatewayInboundConnection(connection => connection.Use(Called));
    });

    /// <summary>For the connections of a client.</summary>
    public void AddTo(IClientBuilder client) =>
        client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection => connection.Use(Calling)));

    /// <summary>
    /// Whether one of this program listens at the other end: its side of the first exchange, which tells neither anything.
    /// </summary>
    /// <exception cref="IOException">Something else listens there.</exception>
    public static async Task GreetAsync(Stream line, CancellationToken cancellation) =>
        await GreetAsync(line, line, cancellation).ConfigureAwait(false);

    /// <summary>The side that connects.</summary>
    /// <exception cref="IOException">The other side is something else, or does not know the secret, or is gone.</exception>
    internal async Task CallAsync(Stream input, Stream output, CancellationToken cancellation)
    {
        (byte[] own, byte[] other) = await GreetAsync(input, output, cancellation).ConfigureAwait(false);
        // The one who called shows first that it knows the secret, so that nobody can have guesses at it checked by calling.
        await output.WriteAsync(Proof("caller"u8, own, other), cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
        if (await ReadAsync(input, 1, cancellation).ConfigureAwait(false) is [Refused])
        {
            _refusal.TrySetResult($"its secret is not the server's; {Remedy}");
            throw new IOException("the secret is not the other side's");
        }
        byte[] proof = await ReadAsync(input, HMACSHA256.HashSizeInBytes, cancellation).ConfigureAwait(false);
        if (CryptographicOperations.FixedTimeEquals(proof, Proof("called"u8, own, other))) return;
        _refusal.TrySetResult($"the server does not know the secret; {Remedy}");
        throw new IOException("the other side does not know the secret");
    }

    /// <summary>The side that is connected to.</summary>
    /// <param name="who">The other side, for messages.</param>
    /// <param name="input">What it says.</param>
    /// <param name="output">What it is told.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The other side is something else, or does not know the secret, or is gone.</exception>
    internal async Task AnswerAsync(string who, Stream input, Stream output, CancellationToken cancellation)
    {
        (byte[] own, byte[] other) = await GreetAsync(input, output, cancellation).ConfigureAwait(false);
        byte[] proof = await ReadAsync(input, HMACSHA256.HashSizeInBytes, cancellation).ConfigureAwait(false);
        if (!CryptographicOperations.FixedTimeEquals(proof, Proof("caller"u8, other, own)))
        {
            await output.WriteAsync(new byte[] { Refused }, cancellation).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
            note($"{who} is refused: its secret is not the server's; {Remedy}");
            // Until it hangs up, or for a while: with a connection that is thrown away, what was said last may be lost.
            await Task.WhenAny(input.ReadAsync(new byte[1], cancellation).AsTask(), Task.Delay(Farewell, cancellation))
                .ConfigureAwait(false);
            throw new IOException("the other side does not know the secret");
        }
        await output.WriteAsync((byte[])[Accepted, .. Proof("called"u8, other, own)], cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<(byte[] Own, byte[] Other)> GreetAsync(Stream input, Stream output, CancellationToken cancellation)
    {
        byte[] own = RandomNumberGenerator.GetBytes(NonceBytes);
        await output.WriteAsync((byte[])[.. Greeting, .. own], cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
        byte[] greeting = await ReadAsync(input, Greeting.Length, cancellation).ConfigureAwait(false);
        if (!greeting.AsSpan().SequenceEqual(Greeting)) throw new IOException("what is there is no FedPG.Torch of this version");
        return (own, await ReadAsync(input, NonceBytes, cancellation).ConfigureAwait(false));
    }

    private static async Task<byte[]> ReadAsync(Stream input, int bytes, CancellationToken cancellation)
    {
        byte[] read = new byte[bytes];
        await input.ReadExactlyAsync(read, cancellation).ConfigureAwait(false);
        return read;
    }

    /// <summary>All parts but the role are of one length each, so no two lists of parts are the same bytes.</summary>
    private byte[] Proof(ReadOnlySpan<byte> role, byte[] caller, byte[] called) =>
        HMACSHA256.HashData(_key, (byte[])[.. caller, .. called, .. role]);

    private ConnectionDelegate Calling(ConnectionDelegate next) => connection => ThenAsync(connection, next, CallAsync);

    private ConnectionDelegate Called(ConnectionDelegate next) =>
        connection =>
            ThenAsync(connection, next, (input, output, cancellation) =>
                AnswerAsync($"a process at {connection.RemoteEndPoint}", input, output, cancellation));

    private static async Task ThenAsync(ConnectionContext connection, ConnectionDelegate next,
        Func<Stream, Stream, CancellationToken, Task> handshake)
    {
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            limit.CancelAfter(Patience);
            await handshake(connection.Transport.Input.AsStream(leaveOpen: true), connection.Transport.Output.AsStream(leaveOpen: true),
                limit.Token).ConfigureAwait(false);
        }
        await next(connection).ConfigureAwait(false);
    }
}
