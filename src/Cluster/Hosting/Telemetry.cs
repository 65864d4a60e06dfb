using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FedPG.Cluster.Hosting;

/// <summary>
/// Sends meters and spans, the engine's too, to an OpenTelemetry collector, where the usual variables of the environment name one: for
/// both, or for one of them. The exporter reads the rest of these variables, protocol and headers and intervals, by itself.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string NameVariable = "OTEL_SERVICE_NAME", EngineMeters = "Microsoft.Orleans";
    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _spans;

    private Telemetry(string service)
    {
        ResourceBuilder resource = ResourceBuilder.CreateDefault();
        if (!IsSet(NameVariable)) resource.AddService(service);
        if (IsSet(Endpoint) || IsSet(MetricsEndpoint))
            _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter(ClusterMeters.Name, TrainingMeters.Name, EngineMeters)
                .AddOtlpExporter().Build();
        if (IsSet(Endpoint) || IsSet(TracesEndpoint))
            _spans = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(ClusterMeters.Name).AddOtlpExporter().Build();
    }

    /// <summary>Starts sending; null where no collector is named.</summary>
    /// <param name="service">What this process is called there, unless the environment says otherwise.</param>
    public static Telemetry? Start(string service) =>
        IsSet(Endpoint) || IsSet(MetricsEndpoint) || IsSet(TracesEndpoint) ? new Telemetry(service) : null;

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _meters?.Dispose();
        _spans?.Dispose();
    }

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
