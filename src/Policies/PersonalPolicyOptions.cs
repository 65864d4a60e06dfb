using FedPG.Core.Options;

namespace FedPG.Policies;

/// <summary>Options of policies that agents can have to themselves, as a whole or in part.</summary>
public abstract record PersonalPolicyOptions : PolicyOptions
{
    /// <summary>
    /// What each agent has to itself: nothing (the default), all of it, its own last layer, a learned vector of its own that is part of the
    /// input, or both of these.
    /// </summary>
    [Option("what each agent has to itself: nothing, everything, its own last layer (head), a learned vector of its own (embedding)")]
    public PersonalParts Personal { get; init; }

    /// <summary>Whether agents share nothing, so that there is nothing to federate.</summary>
    internal virtual bool SharesNothing => Personal.IsAll;

    /// <summary>The parts that a policy of this kind has; none by default.</summary>
    internal virtual PersonalParts Offered => PersonalParts.None;

    /// <summary>Notes an error where the kind of policy has no such part.</summary>
    /// <param name="reader">The section.</param>
    internal void CheckPersonal(OptionReader reader)
    {
        if ((!Personal.HasHead || Offered.HasHead) && (!Personal.HasEmbedding || Offered.HasEmbedding)) return;
        string parts = Offered.IsNone ? "" : $" | {Offered.ToJson()!.ToJsonString()}";
        reader.Reject("personal", $"policies of kind \"{Kind}\" have no such part; allowed with it: \"none\" | \"all\"{parts}");
    }
}
