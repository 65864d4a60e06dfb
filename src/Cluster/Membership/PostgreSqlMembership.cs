using Npgsql;

namespace FedPG.Cluster.Membership;

/// <summary>The tables of a cluster's membership in a PostgreSQL database.</summary>
internal static class PostgreSqlMembership
{
    /// <summary>The name by which Orleans finds the driver.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Whoever prepares a database holds this lock meanwhile; the number is arbitrary and all workers' alike.</summary>
    private const long Lock = 0x46656450_47;

    /// <summary>
    /// Makes what is missing: the two tables, and the queries that Orleans looks up. What is there stays as it is, so every worker may call
    /// this at its start, several at a time too.
    /// </summary>
    /// <param name="connectionString">Of a user that may create tables, or of any user where the tables exist.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static async Task PrepareAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock})", connection, transaction))
            await hold.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        // Asked first: a user without the right to create may join where everything is there.
        await using (var ask =
            new NpgsqlCommand("SELECT to_regclass('OrleansQuery') IS NOT NULL AND to_regclass('OrleansMembershipTable') IS NOT NULL",
                connection, transaction))
        {
            if (await ask.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true) return;
        }
        await using (var make = new NpgsqlCommand(Script(), connection, transaction))
            await make.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The script that <see cref="PrepareAsync"/> runs, for those who would rather run it themselves.</summary>
    public static string Script()
    {
        using Stream stream = typeof(PostgreSqlMembership).Assembly.GetManifestResourceStream("PostgreSqlMembership.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
