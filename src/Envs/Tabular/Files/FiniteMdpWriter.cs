using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FedPG.Envs.Tabular.Files;

/// <summary>Writes one finite-MDP file.</summary>
internal sealed class FiniteMdpWriter(FiniteMdp mdp, Stream stream, bool dense) : IDisposable
{
    private const int FlushAbove = 1 << 16;
    private readonly Utf8JsonWriter _json = new(stream, new JsonWriterOptions
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly ArrayBufferWriter<byte> _value = new();

    /// <summary>Writes everything.</summary>
    public void Write()
    {
        _json.WriteStartObject();
        _json.WriteNumber("states", mdp.States);
        _json.WriteNumber("actions", mdp.Actions);
        _json.WritePropertyName("discount");
        Number(mdp.Discount);
        EndValue();
        _json.WritePropertyName("initial");
        Numbers(mdp.Initial);
        EndValue();
        TransitionKernel shared = mdp.Agents[0].Kernel;
        Kernel(shared);
        _json.WriteStartArray("agents");
        for (int i = 0; i < mdp.Agents.Count; i++)
        {
            AgentMdp agent = mdp.Agents[i];
            _json.WriteStartObject();
            _json.WriteString("name", agent.Name);
            if (mdp.Tasks is { } tasks)
            {
                _json.WritePropertyName("task");
                Numbers(tasks.Values[i]);
                EndValue();
            }
            Rewards(agent.Rewards);
            if (!agent.Kernel.SameAs(shared)) Kernel(agent.Kernel);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        stream.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Kernel(TransitionKernel kernel)
    {
        double[] row = new double[dense ? mdp.States : 0];
        _json.WriteStartArray("transitions");
        for (int s = 0; s < mdp.States; s++)
        {
            _json.WriteStartArray();
            for (int a = 0; a < mdp.Actions; a++)
            {
                ReadOnlySpan<int> next = kernel.Next((s * mdp.Actions) + a);
                ReadOnlySpan<double> probabilities = kernel.Probabilities((s * mdp.Actions) + a);
                NewLine();
                if (dense) DenseRow(row, next, probabilities);
                else SparseRow(next, probabilities);
                EndValue();
            }
            _json.WriteEndArray();
        }
        _json.WriteEndArray();
    }

    private void DenseRow(double[] row, ReadOnlySpan<int> next, ReadOnlySpan<double> probabilities)
    {
        Array.Clear(row);
        for (int k = 0; k < next.Length; k++) row[next[k]] = probabilities[k];
        Numbers(row);
    }

    private void SparseRow(ReadOnlySpan<int> next, ReadOnlySpan<double> probabilities)
    {
        Text("["u8);
        for (int k = 0; k < next.Length; k++)
        {
            Text(k == 0 ? "["u8 : ", ["u8);
            Number(next[k]);
            Text(", "u8);
            Number(probabilities[k]);
            Text("]"u8);
        }
        Text("]"u8);
    }

    private void Rewards(double[] rewards)
    {
        _json.WriteStartArray("rewards");
        for (int s = 0; s < mdp.States; s++)
        {
            NewLine();
            Numbers(rewards.AsSpan(s * mdp.Actions, mdp.Actions));
            EndValue();
        }
        _json.WriteEndArray();
    }

    private void Numbers(ReadOnlySpan<double> values)
    {
        Text("["u8);
        for (int k = 0; k < values.Length; k++)
        {
            if (k > 0) Text(", "u8);
            Number(values[k]);
        }
        Text("]"u8);
    }

    private void Number(double value)
    {
        // 32 bytes hold any double written round-trip.
        if (!value.TryFormat(_value.GetSpan(32), out int written, "R", CultureInfo.InvariantCulture))
            throw new InvalidOperationException("a number did not fit its buffer");
        _value.Advance(written);
    }

    private void Text(ReadOnlySpan<byte> text) => _value.Write(text);

    /// <summary>Begins a line: the writer indents what it writes itself, but not ready-made values.</summary>
    private void NewLine()
    {
        Text("\n"u8);
        for (int depth = 0; depth < _json.CurrentDepth; depth++) Text("  "u8);
    }

    /// <summary>The text gathered so far becomes one value of the document.</summary>
    private void EndValue()
    {
        _json.WriteRawValue(_value.WrittenSpan, skipInputValidation: true);
        _value.ResetWrittenCount();
        if (_json.BytesPending > FlushAbove) _json.Flush();
    }
}
