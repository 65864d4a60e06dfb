using FedPG.Envs.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>The block of an estimator of tabular environments.</summary>
internal static class TabularSetup
{
    extension(EstimatorSetup setup)
    {
        /// <summary>The environment of all agents.</summary>
        public FiniteMdp Mdp => (FiniteMdp)setup.Environment;

        /// <summary>The block's policy.</summary>
        public TabularPolicy TabularPolicy => (TabularPolicy)setup.Policy;
    }
}
