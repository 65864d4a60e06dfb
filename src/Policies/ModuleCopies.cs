using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies;

/// <summary>A module of a user's own, with its parameters in layout order.</summary>
internal sealed record ModuleCopy(Module<Tensor, Tensor> Module, Tensor[] Parameters) : IDisposable
{
    /// <summary>Takes parameters, each [...shape].</summary>
    public void Set(IEnumerable<Tensor> values)
    {
        using var noGrad = no_grad();
        foreach ((Tensor parameter, Tensor value) in Parameters.Zip(values)) parameter.copy_(value);
    }

    /// <summary>The gradient of parameter k after a backward pass; zero where nothing depends on it.</summary>
    public Tensor Gradient(int k) => Parameters[k].grad ?? zeros_like(Parameters[k]);

    /// <inheritdoc/>
    public void Dispose() => Module.Dispose();
}

/// <summary>
/// A user's module, which knows nothing of rows, as copies: one for each row of a block, made as they are needed. The copies are in
/// evaluation mode, so dropout is off, and what acts is what is differentiated. An instance serves one thread.
/// </summary>
internal sealed class ModuleCopies : IDisposable
{
    /// <summary>The generator that modules draw their first parameters from is one for the whole process.</summary>
    private static readonly Lock Generator = new();

    private readonly Func<Module<Tensor, Tensor>> _create;
    private readonly TensorFormat _format;
    private readonly List<ModuleCopy> _copies = [];
    private readonly string[] _personal;

    /// <summary>Makes the module once, to see what it is.</summary>
    /// <param name="kind">The kind of policy, for messages.</param>
    /// <param name="create">Makes the module; every call must give the same parameters in the same order, but for their values.</param>
    /// <param name="inputs">m: the module maps [M, m] ...</param>
    /// <param name="outputs">... to [M, outputs].</param>
    /// <param name="format">The type and place of parameters.</param>
    /// <exception cref="InvalidInputException">The module gives something else.</exception>
    public ModuleCopies(string kind, Func<Module<Tensor, Tensor>> create, int inputs, int outputs, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(format);
        (_create, _format) = (create, format);
        using IDisposable scope = NewDisposeScope();
        using ModuleCopy copy = Create();
        Parameters = [.. copy.Module.named_parameters().Select(p => (p.name, p.parameter.shape))];
        if (Parameters.Count == 0) throw Faulty("has no parameters; are they registered (RegisterComponents)?");
        _personal = copy.Module is IPersonalParameters own ? [.. own.PersonalParameters] : [];
        if (Array.Find(_personal, name => !Parameters.Any(p => IsWithin(p.Name, name))) is { } unknown)
        {
            string known = string.Join(", ", Parameters.Select(p => p.Name));
            throw Faulty($"names \"{unknown}\" as personal, and has no such parameter; it has {known}");
        }
        if (Parameters.All(p => IsPersonal(p.Name)))
            throw Faulty("names all of its parameters as personal; policy.personal: \"all\" does that");
        using var noGrad = no_grad();
        long[] shape = copy.Module.call(zeros(3, inputs, dtype: format.Dtype, device: format.Device)).shape;
        if (shape is not [3, var given] || given != outputs)
            throw Faulty($"gives [{string.Join(", ", shape)}] for observations [3, {inputs}]; [3, {outputs}] is needed");

        InvalidInputException Faulty(string what) =>
            new(new ValidationError($"policy {kind}", "", null, $"the module {copy.Module.GetName()} {what}"));
    }

    /// <summary>The parameters' names and shapes, in order.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <summary>Whether a parameter stays with its agent, as the module says.</summary>
    /// <param name="name">Its name.</param>
    public bool IsPersonal(string name) => Array.Exists(_personal, own => IsWithin(name, own));

    /// <summary>Writes the first values of the module's parameters into a row.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="layout">What lies where in the row: the module's parameters first, in their order.</param>
    /// <param name="theta">The row, [d].</param>
    public void WriteInitial(StreamKey key, ParameterLayout layout, Span<double> theta)
    {
        ReadOnlySpan<double> values = Initial(key);
        foreach (ParameterSlice slice in layout.Slices.Take(Parameters.Count))
        {
            values[..slice.Length].CopyTo(theta[slice.Offset..]);
            values = values[slice.Length..];
        }
    }

    private static bool IsWithin(string name, string own) =>
        name == own || name.StartsWith(own + ".", StringComparison.Ordinal);

    /// <summary>The parameters of a module made by torch's generator with a seed that follows from the key, one after another.</summary>
    private double[] Initial(StreamKey key)
    {
        (uint high, uint low, _, _) = key.Draw(0, 0);
        using IDisposable scope = NewDisposeScope();
        lock (Generator)
        {
            using Generator seeded = manual_seed((long)(((ulong)high << 31) | low));
            using Module<Tensor, Tensor> module = _create();
            return [.. module.parameters().SelectMany(p => p.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray())];
        }
    }

    /// <summary>A copy of its own, which the caller disposes.</summary>
    public ModuleCopy Create()
    {
        using IDisposable scope = NewDisposeScope();
        lock (Generator)
        {
            Module<Tensor, Tensor> module = _create();
            module.to(_format.Device, _format.Dtype);
            module.eval();
            Tensor[] parameters = [.. module.parameters()];
            foreach (Tensor tensor in parameters.Concat(module.buffers())) tensor.DetachFromDisposeScope();
            return new ModuleCopy(module, parameters);
        }
    }

    /// <summary>The copies of n rows, with their parameters and gradients of zero.</summary>
    /// <param name="slices">The module's parameters, each [n, ...shape].</param>
    public IReadOnlyList<ModuleCopy> Load(IReadOnlyList<Tensor> slices)
    {
        int n = (int)slices[0].shape[0];
        while (_copies.Count < n) _copies.Add(Create());
        List<ModuleCopy> used = _copies[..n];
        for (int i = 0; i < n; i++)
        {
            used[i].Set(slices.Select(slice => slice[i]));
            foreach (Tensor parameter in used[i].Parameters) parameter.grad?.zero_();
        }
        return used;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ModuleCopy copy in _copies) copy.Dispose();
    }
}
