using System.Globalization;
using System.Reflection;
using static TorchSharp.torch;

namespace FedPG.Federation.States;

/// <summary>A state record that stands as a property in another one; its tensors are listed with those of the outer one.</summary>
public interface IStateRecord;

/// <summary>
/// Lists the tensors of a state record, one property each: what checkpoints store and what a worker holds. A record without tensors has
/// no state to keep.
/// </summary>
internal static class StateTensors
{
    /// <summary>The (name, tensor) pairs of a record, in the order of declaration.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Of(object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (PropertyInfo property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.PropertyType == typeof(Tensor)) yield return (property.Name, (Tensor)property.GetValue(record)!);
            if (property.GetValue(record) is IReadOnlyList<object> several && property.PropertyType == typeof(IReadOnlyList<object>))
            {
                for (int k = 0; k < several.Count; k++)
                {
                    foreach ((string name, Tensor value) in Of(several[k]))
                        yield return (string.Create(CultureInfo.InvariantCulture, $"{property.Name}{k}.{name}"), value);
                }
            }
            if (!typeof(IStateRecord).IsAssignableFrom(property.PropertyType) || property.GetValue(record) is not { } inner) continue;
            foreach ((string name, Tensor value) in Of(inner)) yield return ($"{property.Name}.{name}", value);
        }
    }

    /// <summary>Disposes them all.</summary>
    public static void Dispose(object record)
    {
        foreach ((_, Tensor tensor) in Of(record)) tensor.Dispose();
    }
}
