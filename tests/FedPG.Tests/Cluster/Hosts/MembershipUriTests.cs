using FedPG.Cluster.Membership;
using FedPG.Core.Options;
using Npgsql;
using StackExchange.Redis;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>The addresses of Redis and PostgreSQL as users write them.</summary>
public sealed class MembershipUriTests
{
    [Theory]
    [InlineData("redis://db.example", "db.example:6379", null, null, false)]
    [InlineData("redis://10.0.0.7:7000/3", "10.0.0.7:7000", null, 3, false)]
    [InlineData("rediss://:pass%40word@db.example:1/", "db.example:1", "pass@word", null, true)]
    public void Redis(string text, string end, string? password, int? database, bool encrypted)
    {
        ConfigurationOptions options = MembershipUri.Redis(text);
        Assert.Equal((password, database, encrypted), (options.Password, options.DefaultDatabase, options.Ssl));
        Assert.Equal(end, options.ToString().Split(',')[0]);
    }

    [Theory]
    [InlineData("postgresql://me@db.example/fedpg", "Host=db.example;Port=5432;Username=me;Database=fedpg")]
    [InlineData("postgres://me:p%3Aw@10.0.0.7:7000/fedpg?sslmode=require&timeout=3",
        "Host=10.0.0.7;Port=7000;Username=me;Password=p:w;Database=fedpg;SSL Mode=Require;Timeout=3")]
    public void PostgreSql(string text, string connection) =>
        Assert.Equal(new NpgsqlConnectionStringBuilder(connection).ConnectionString, MembershipUri.PostgreSql(text));

    [Theory]
    [InlineData("postgresql://me:secret@host/db?colour=blue")]
    [InlineData("postgresql://me:secret@host/db?timeout=soon")]
    [InlineData("postgresql://me:secret@/db")]
    public void A_wrong_address_is_named_without_its_password(string text)
    {
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => MembershipUri.PostgreSql(text)).Errors);
        Assert.Equal("--cluster", fault.Source);
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://host/first")]
    [InlineData("redis://host?x=1")]
    public void So_is_one_of_Redis(string text) => Assert.Throws<InvalidInputException>(() => MembershipUri.Redis(text));
}
