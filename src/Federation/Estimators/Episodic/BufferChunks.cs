using System.Numerics;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// Chunks of a block's rollout buffer, K of them, of any agents. They are evaluated in one batch, each with a copy of its agent's row.
/// </summary>
/// <param name="Items">Whose pairs, by the agent's row in the block, and from which on, [K]; ascending.</param>
/// <param name="Size">The number of pairs in each.</param>
/// <param name="Device">Where they are evaluated.</param>
internal sealed record BufferChunks(IReadOnlyList<(int Agent, int First)> Items, int Size, Device Device)
{
    /// <summary>The chunks of an array of the block in memory, [n, Capacity, ...] to [K, Size, ...], where they are evaluated.</summary>
    public Tensor Of(Tensor pairs)
    {
        long[] shape = pairs.shape;
        Tensor chunks = empty([Items.Count, Size, .. shape[2..]], dtype: pairs.dtype);
        Span<byte> from = pairs.bytes, to = chunks.bytes;
        int length = to.Length / Items.Count, pair = length / Size, agent = pair * (int)shape[1];
        for (int k = 0; k < Items.Count; k++)
            from.Slice((Items[k].Agent * agent) + (Items[k].First * pair), length).CopyTo(to[(k * length)..]);
        return Device.type == DeviceType.CPU ? chunks : chunks.to(Device);
    }

    /// <summary>The rows of the chunks' agents, of [n, ...].</summary>
    public Tensor Rows(Tensor rows)
    {
        using Tensor agents = tensor(Items.Select(item => (long)item.Agent).ToArray(), device: rows.device);
        return rows.index_select(0, agents);
    }

    /// <summary>The same, written to [K, ...].</summary>
    public void CopyRows(Tensor rows, Tensor target)
    {
        if (rows.device_type != DeviceType.CPU || !rows.is_contiguous())
        {
            using Tensor copies = Rows(rows);
            target.copy_(copies);
            return;
        }
        Span<byte> from = rows.bytes, to = target.bytes;
        int length = to.Length / Items.Count;
        for (int k = 0; k < Items.Count; k++) from.Slice(Items[k].Agent * length, length).CopyTo(to[(k * length)..]);
    }

    /// <summary>Adds what the chunks have, [K, ...], to what their agents have, [n, ...], one chunk after another.</summary>
    public void Add(Tensor parts, Tensor all)
    {
        if (all.device_type == DeviceType.CPU && all.is_contiguous() && parts.is_contiguous())
        {
            if (all.dtype == ScalarType.Float64) Add<double>(parts.Span<double>(), all.Span<double>());
            else Add<float>(parts.Span<float>(), all.Span<float>());
            return;
        }
        for (int k = 0; k < Items.Count; k++) all[Items[k].Agent].Add(parts[k]);
    }

    private void Add<T>(ReadOnlySpan<T> parts, Span<T> all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = parts.Length / Items.Count;
        for (int i = 0; i < Items.Count; i++)
        {
            ReadOnlySpan<T> part = parts.Slice(i * length, length);
            Span<T> own = all.Slice(Items[i].Agent * length, length);
            int k = 0;
            for (; k + Vector<T>.Count <= length; k += Vector<T>.Count)
                (new Vector<T>(own[k..]) + new Vector<T>(part[k..])).CopyTo(own[k..]);
            for (; k < length; k++) own[k] += part[k];
        }
    }
}
