using System.Security.Cryptography;
using FedPG.Federation;
using FedPG.Federation.Execution;
using FedPG.Federation.States;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>A tensor in a raw little-endian file, as a manifest lists it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="File">The file beside the manifest.</param>
/// <param name="Dtype">float32 or float64.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Sha256">The checksum of the file, so that a file that was changed is not taken for the tensor.</param>
internal sealed record TensorEntry(string Name, string File, string Dtype, long[] Shape, string Sha256);

/// <summary>Raw tensors in files: the elements one after another, little-endian, rows first.</summary>
internal static class TensorFiles
{
    /// <summary>The name of a type in manifests.</summary>
    public static string DtypeName(ScalarType dtype) => dtype == ScalarType.Float64 ? "float64" : "float32";

    /// <summary>Writes pieces that are stacked along the first dimension, and puts them on disk.</summary>
    public static TensorEntry Write(string folder, string name, IReadOnlyList<Tensor> pieces)
    {
        string file = name.Replace('/', '-') + ".bin";
        using var stream = new FileStream(Path.Combine(folder, file), FileMode.CreateNew, FileAccess.Write);
        using DisposeScope scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor piece in pieces)
        {
            Span<byte> bytes = piece.detach().cpu().contiguous().bytes;
            stream.Write(bytes);
            hash.AppendData(bytes);
        }
        stream.Flush(flushToDisk: true);
        long[] shape = pieces[0].shape;
        if (pieces.Count > 1) shape = [pieces.Sum(p => p.shape[0]), .. shape[1..]];
        return new TensorEntry(name, file, DtypeName(pieces[0].dtype), shape, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>What is wrong with the file of a tensor; null when it is there, whole and unchanged.</summary>
    public static string? Error(string folder, TensorEntry entry)
    {
        if (entry is not { Name: not null, File: not null, Shape: not null, Sha256: not null })
            return "lists a tensor without name, file, shape or checksum";
        if (entry.File.Length == 0 || Path.GetFileName(entry.File) != entry.File || entry.File.Contains('\0', StringComparison.Ordinal))
            return "names a file of a tensor that is none beside it";
        if (entry.Shape.Any(size => size < 0)) return $"names {entry.File} with a shape that no tensor has";
        Int128 expected = entry.Shape.Aggregate((Int128)(entry.Dtype == "float64" ? 8 : 4), (a, b) => Int128.Min(a * b, long.MaxValue));
        var file = new FileInfo(Path.Combine(folder, entry.File));
        if (!file.Exists || file.Length != expected) return $"names {entry.File} with {expected} bytes, which is not there";
        using FileStream stream = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == entry.Sha256
            ? null
            : $"names {entry.File}, which was changed since: its checksum is another";
    }

    /// <summary>Fills pieces that are stacked along the first dimension from a file.</summary>
    /// <exception cref="InvalidDataException">Type, shape or length of the file are not what the run needs.</exception>
    public static void Read(string folder, TensorEntry entry, IReadOnlyList<Tensor> pieces)
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, entry.File));
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        long expected = pieces.Sum(p => p.numel() * p.element_size());
        if (entry.Dtype != DtypeName(pieces[0].dtype) || stream.Length != expected)
            throw new InvalidDataException(
                $"{entry.File}: {entry.Dtype} with {stream.Length} bytes, but {DtypeName(pieces[0].dtype)} with {expected} bytes "
                    + "is needed");
        foreach (Tensor piece in pieces)
        {
            Tensor staging = empty_like(piece, device: CPU);
            stream.ReadExactly(staging.bytes);
            piece.copy_(staging);
        }
    }

    /// <summary>
    /// The tensors of a run: the server's record, and the rows that agents and their oracles keep, as the pieces of the blocks.
    /// </summary>
    internal static IEnumerable<(string Name, IReadOnlyList<Tensor> Pieces)> StateOf(TrainingLoop federation, AgentStates states)
    {
        ArgumentNullException.ThrowIfNull(federation);
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, Tensor value) in StateTensors.Of(federation.Server)) yield return ($"server/{name}", [value]);
        foreach ((string name, IReadOnlyList<Tensor> pieces) in states.Rows) yield return (name, pieces);
    }
}
