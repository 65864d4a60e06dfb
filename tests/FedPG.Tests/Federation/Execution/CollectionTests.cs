using System.Reflection;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Execution;
using FedPG.Policies.Torch;
using FedPG.Tests.Envs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Execution;

/// <summary>Forced collections would slow the tests beside them down.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;

/// <summary>
/// TorchSharp passes a Scalar's native memory to an operation without keeping the Scalar alive: a collection at the wrong moment frees it
/// under the operation, which then throws or computes with whatever stands there. So no temporary Scalar may be in the way of a number.
/// </summary>
[Collection(nameof(RunsAlone))]
public sealed class CollectionTests
{
    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("fedavg")]
    [InlineData("centralized")]
    public void Garbage_collections_at_any_moment_change_no_bit(string algorithm)
    {
        Experiment experiment = ExperimentReader.Default.Read(EnvTesting.Json($$"""
            { "environment": { "id": "GridWorld-v0", "agents": 5, "options": { "width": 3, "height": 3 } },
              "policy": { "kind": "neural-softmax", "hidden": [5] }, "gradient": { "horizon": 3, "trajectories": 2 },
              "federation": { "algorithm": "{{algorithm}}", "rounds": 40, "localSteps": 4, "globalStepSize": 0.7 }, "evaluateEvery": 20 }
            """), "test", ".", []);
        byte[] expected = Train(experiment);

        bool stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (int run = 0; run < 2; run++) Assert.Equal(expected, Train(experiment));
        }
        finally
        {
            Volatile.Write(ref stop, true);
            collector.Join();
        }
    }

    /// <summary>
    /// Reads the calls of the code in src: none may turn a number into a Scalar, nor call what TorchSharp does so in, outside of
    /// <see cref="Scalars"/>, which holds them.
    /// </summary>
    [Fact]
    public void No_code_makes_a_temporary_Scalar()
    {
        HashSet<MethodBase> dangerous = [.. new[] { typeof(Tensor), typeof(torch), typeof(TensorExtensionMethods) }
            .SelectMany(type => type.GetMethods(All)).Where(method => Calls(method).Any(MakesScalar))];
        Assert.Contains(dangerous, method => method.Name == "add" && method.GetParameters() is [{ ParameterType.Name: "Tensor" }]);
        Assert.DoesNotContain(dangerous, method => method.Name == "sub" && method.GetParameters() is [{ ParameterType.Name: "Tensor" }]);

        IEnumerable<string> offenders =
            from assembly in (Assembly[])[typeof(Scalars).Assembly, typeof(FedPG.Federation.TrainingLoop).Assembly,
                typeof(FedPG.Cli.Common.ExitCode).Assembly]
            from type in assembly.GetTypes()
            where type != typeof(Scalars)
            from method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))
            from call in Calls(method)
            where MakesScalar(call) || dangerous.Contains(call)
            select $"{type.FullName}.{method.Name} calls {call.DeclaringType!.Name}.{call}";
        Assert.Empty(offenders.Distinct());

        static bool MakesScalar(MethodBase method) =>
            (method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit")
            || (method.DeclaringType == typeof(ScalarExtensionMethods) && method.Name.StartsWith("To", StringComparison.Ordinal));
    }

    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>
    /// The methods whose tokens follow a call instruction (an operand can look like one, and is then no known method, or harmless).
    /// </summary>
    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        const byte call = 0x28, virtualCall = 0x6f;
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int k = 0; k + 5 <= code.Length; k++)
        {
            if (code[k] is call or virtualCall && Resolve(method, BitConverter.ToInt32(code, k + 1)) is { } target) yield return target;
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(
                token, method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null,
                method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException or FileNotFoundException)
        {
            return null;
        }
    }

    private static byte[] Train(Experiment experiment)
    {
        using var federation = new FedPG.Federation.TrainingLoop(experiment, new ExecutionOptions(2, CPU, BlockSize: 2),
            TimeProvider.System);
        Assert.Equal(RunStatus.Finished, federation.Run(new Silence(), checkpoint: null, TestContext.Current.CancellationToken));
        return federation.Server.Theta.Bits();
    }

    private sealed class Silence : IRoundSink
    {
        public void Report(RoundReport report) { }
    }
}
