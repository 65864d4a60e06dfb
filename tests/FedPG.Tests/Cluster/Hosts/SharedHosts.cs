namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Hosts that tests use one after another, so that processes of the program can stay in them: whoever asks for one finds it plugged in.
/// </summary>
public sealed class SharedHosts : IDisposable
{
    private readonly Lazy<TestNetwork> _network = new(() => new TestNetwork());
    private readonly List<TestHost> _hosts = [];
    private RelayedHost? _relayed;

    /// <summary>Host k, k = 0, 1, ...</summary>
    internal TestHost this[int k]
    {
        get
        {
            while (_hosts.Count <= k) _hosts.Add(_network.Value.AddHost());
            _hosts[k].Plug();
            return _hosts[k];
        }
    }

    /// <summary>A host behind relays, without any yet.</summary>
    internal RelayedHost Relayed
    {
        get
        {
            (_relayed ??= new RelayedHost(_network.Value)).Clear();
            return _relayed;
        }
    }

    public void Dispose()
    {
        _relayed?.Dispose();
        if (_hosts.Count > 0) _network.Value.Dispose();
    }
}
