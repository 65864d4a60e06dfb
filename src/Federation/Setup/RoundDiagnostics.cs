namespace FedPG.Federation.Setup;

/// <summary>The constants of the paper's assumptions as they are at thetabar: a row of diagnostics.csv. Null where unknown.</summary>
/// <param name="Smoothness">L: the largest absolute eigenvalue among the Hessians of all J_i.</param>
/// <param name="MeanSmoothness">The same of the mean J.</param>
/// <param name="Noise">tr(Sigma), the mean over agents; 0 for exact gradients.</param>
/// <param name="Truncation">D: ||grad_K J - grad J|| / gamma^K; 0 for exact gradients.</param>
/// <param name="Mu">||grad J||^2 / (J - J*): the constant of gradient domination, Eq. (12), that this point allows.</param>
/// <param name="WeakMu">||grad J|| / (J - J*): the same of weak domination, which plain softmax has.</param>
public sealed record RoundDiagnostics(
    double? Smoothness, double? MeanSmoothness, NoiseEstimate Noise, double? Truncation, double? Mu, double? WeakMu);
