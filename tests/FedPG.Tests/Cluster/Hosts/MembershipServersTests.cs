using System.Net;
using FedPG.Cluster.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using StackExchange.Redis;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>The servers that hold a cluster's membership, real ones, and the laws of the tables that we make in PostgreSQL.</summary>
public sealed class MembershipServersTests
{
    private const string ClusterName = "tests";
    private static readonly SiloAddress First = Silo(1), Second = Silo(2);

    [Fact]
    public async Task Two_silos_find_each_other_through_Redis()
    {
        using var server = new RedisServer();
        await FindEachOther(silo =>
            silo.UseRedisClustering(options => options.ConfigurationOptions = ConfigurationOptions.Parse(server.ConnectionString)));
    }

    [Fact]
    public async Task Two_silos_find_each_other_through_PostgreSql()
    {
        using var server = new PostgreSqlServer();
        await PostgreSqlMembership.PrepareAsync(server.ConnectionString, TestContext.Current.CancellationToken);
        await FindEachOther(silo => Use(silo, server.ConnectionString));
    }

    [Fact]
    public async Task The_tables_in_PostgreSql_keep_the_laws_of_a_membership_table()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using var server = new PostgreSqlServer();
        // All at once, and again: what is there stays.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgreSqlMembership.PrepareAsync(server.ConnectionString, cancel)));
        using IHost host = Host(silo => Use(silo, server.ConnectionString));
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, cancel);
        await table.InitializeMembershipTableAsync(true, cancel);

        MembershipTableData empty = await table.ReadAllAsync(cancel);
        Assert.Equal((0, 0), (empty.Members.Count, empty.Version.Version));
        MembershipEntry first = Entry(First), second = Entry(Second);
        Assert.True(await table.InsertRowAsync(first, empty.Version.Next(), cancel));
        // Neither one who knows an old version nor one who is there already is let in; a refusal leaves the version alone.
        Assert.False(await table.InsertRowAsync(second, empty.Version.Next(), cancel));
        TableVersion one = (await table.ReadAllAsync(cancel)).Version;
        Assert.Equal(1, one.Version);
        Assert.False(await table.InsertRowAsync(first, one.Next(), cancel));
        Assert.Equal(1, (await table.ReadAllAsync(cancel)).Version.Version);

        // Of many writers that know the same version one wins.
        bool[] won = await Task.WhenAll(Enumerable.Range(2, 8).Select(i => table.InsertRowAsync(Entry(Silo(i)), one.Next(), cancel)));
        Assert.Single(won, true);
        Assert.Equal(2, (await table.ReadAllAsync(cancel)).Members.Count);

        MembershipTableData row = await table.ReadRowAsync(First, cancel);
        (MembershipEntry read, string etag) = Assert.Single(row.Members);
        Assert.Equal((first.SiloAddress, first.Status, first.ProxyPort, first.HostName, first.SiloName),
            (read.SiloAddress, read.Status, read.ProxyPort, read.HostName, read.SiloName));
        Assert.Equal((first.StartTime, first.IAmAliveTime), (read.StartTime, read.IAmAliveTime));
        read.AddSuspector(Second, first.StartTime.AddSeconds(3));
        read.Status = SiloStatus.Dead;
        Assert.True(await table.UpdateRowAsync(read, etag, row.Version.Next(), cancel));
        Assert.False(await table.UpdateRowAsync(read, etag, row.Version.Next(), cancel));
        MembershipEntry dead = Assert.Single((await table.ReadRowAsync(First, cancel)).Members).Item1;
        Assert.Equal((SiloStatus.Dead, Second), (dead.Status, Assert.Single(dead.SuspectTimes!).Item1));

        // A sign of life changes its row and no version.
        int version = (await table.ReadAllAsync(cancel)).Version.Version;
        dead.IAmAliveTime = first.IAmAliveTime.AddSeconds(4);
        await table.UpdateIAmAliveAsync(dead, cancel);
        MembershipTableData all = await table.ReadAllAsync(cancel);
        Assert.Equal((version, dead.IAmAliveTime),
            (all.Version.Version, all.Members.Single(m => m.Item1.SiloAddress.Equals(First)).Item1.IAmAliveTime));

        // The dead go when they are old enough, the living stay.
        await table.CleanupDefunctSiloEntriesAsync(first.StartTime, cancel);
        Assert.Equal(2, (await table.ReadAllAsync(cancel)).Members.Count);
        await table.CleanupDefunctSiloEntriesAsync(first.StartTime.AddDays(1), cancel);
        Assert.Equal(SiloStatus.Active, Assert.Single((await table.ReadAllAsync(cancel)).Members).Item1.Status);

        await table.DeleteMembershipTableEntriesAsync(ClusterName, cancel);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlCommand rows = source.CreateCommand(
            "SELECT (SELECT count(*) FROM OrleansMembershipTable) + (SELECT count(*) FROM OrleansMembershipVersionTable)");
        Assert.Equal(0L, await rows.ExecuteScalarAsync(cancel));
    }

    [Fact]
    public async Task A_user_who_may_only_read_and_write_joins_where_the_tables_exist()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using var server = new PostgreSqlServer();
        await PostgreSqlMembership.PrepareAsync(server.ConnectionString, cancel);
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using NpgsqlCommand make = source.CreateCommand("""
                CREATE ROLE worker LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                GRANT SELECT ON OrleansQuery TO worker;
                GRANT SELECT, INSERT, UPDATE, DELETE ON OrleansMembershipTable, OrleansMembershipVersionTable TO worker
                """);
            await make.ExecuteNonQueryAsync(cancel);
        }
        string worker = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "worker" }.ConnectionString;
        await PostgreSqlMembership.PrepareAsync(worker, cancel);
        using IHost host = Host(silo => Use(silo, worker));
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, cancel);
        Assert.True(await table.InsertRowAsync(Entry(First), (await table.ReadAllAsync(cancel)).Version.Next(), cancel));
        Assert.Single((await table.ReadAllAsync(cancel)).Members);
    }

    private static async Task FindEachOther(Action<ISiloBuilder> membership)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using IHost one = Host(membership), two = Host(membership);
        await one.StartAsync(cancel);
        await two.StartAsync(cancel);
        var management = two.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        Assert.Equal(2, (await management.GetHosts(onlyActive: true)).Count(silo => silo.Value == SiloStatus.Active));
        await two.StopAsync(cancel);
        management = one.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        Assert.Single(await management.GetHosts(onlyActive: true));
        await one.StopAsync(cancel);
    }

    private static IHost Host(Action<ISiloBuilder> membership)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            membership(silo);
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterName, ClusterName));
            silo.ConfigureEndpoints(IPAddress.Loopback, Ports.Free(), gatewayPort: 0);
        });
        return builder.Build();
    }

    private static void Use(ISiloBuilder silo, string connection) => silo.UseAdoNetClustering(options =>
    {
        options.Invariant = PostgreSqlMembership.Invariant;
        options.ConnectionString = connection;
    });

    private static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Parse("10.77.0.1"), 11_111, number);

    /// <summary>A member with times that PostgreSQL keeps whole: it counts microseconds.</summary>
    private static MembershipEntry Entry(SiloAddress address) => new()
    {
        SiloAddress = address, SiloName = "silo", HostName = "host", Status = SiloStatus.Active, ProxyPort = 30_000,
        StartTime = new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 2, 3, 4, 6, DateTimeKind.Utc),
    };
}
