namespace FedPG.Experiments.Diagnosis;

/// <summary>What the theory says about an experiment before it is run. Numbers are null where they cannot be known.</summary>
/// <param name="Name">The experiment.</param>
/// <param name="Algorithm">Its algorithm; the theorems are Fast-FedPG's.</param>
/// <param name="Agents">N.</param>
/// <param name="LocalSteps">H.</param>
/// <param name="Rounds">T.</param>
/// <param name="Parameters">d.</param>
/// <param name="Temperature">tau of the last round: all constants are of that problem.</param>
/// <param name="Theorem">theorem-2 or theorem-3: the one whose conditions are known to hold.</param>
/// <param name="Domination">gradient-domination, weak-domination or none-proven.</param>
/// <param name="Reasons">Why.</param>
/// <param name="Constants">The constants of the assumptions.</param>
/// <param name="Step">Step sizes.</param>
/// <param name="Needs">What the theorem asks of T and K.</param>
/// <param name="Predictions">What to expect.</param>
/// <param name="Unknown">What cannot be known here.</param>
internal sealed record Advice(
    string Name, string Algorithm, int Agents, int LocalSteps, int Rounds, int Parameters, double Temperature,
    string Theorem, string Domination, IReadOnlyList<string> Reasons,
    AdvisedConstants Constants, AdvisedStep Step, AdvisedNeeds Needs, AdvisedPredictions Predictions, IReadOnlyList<string> Unknown);

/// <summary>The constants, measured along a short path of exact gradient steps from theta_0.</summary>
/// <param name="PathSteps">The steps of the path.</param>
/// <param name="Smoothness">L: the largest along the path, over agents at its ends.</param>
/// <param name="SmoothnessBound">The proven L that holds everywhere; null where none is proven.</param>
/// <param name="TraceSigma">tr(Sigma), the larger of both ends; null where it is beyond double precision.</param>
/// <param name="TraceSigmaError">Its standard error.</param>
/// <param name="Trajectories">B; 0 for exact gradients.</param>
/// <param name="Horizon">K; null for exact gradients.</param>
/// <param name="Truncation">D, the larger of both ends; 0 for exact gradients.</param>
/// <param name="Mu">The smallest ||grad J||^2 / (J - J*) along the path: a local ratio, proven for the
/// whole space only under gradient domination.</param>
/// <param name="WeakMu">The smallest ||grad J|| / (J - J*).</param>
/// <param name="StartGap">J - J* at theta_0.</param>
/// <param name="EndGap">J - J* at the end of the path.</param>
internal sealed record AdvisedConstants(
    int PathSteps, double? Smoothness, double? SmoothnessBound, double? TraceSigma, double? TraceSigmaError, int Trajectories, int? Horizon,
    double? Truncation, double? Mu, double? WeakMu, double? StartGap, double? EndGap);

/// <summary>Local step sizes eta.</summary>
/// <param name="InFile">eta of round 0 as the experiment has it.</param>
/// <param name="Constant">C, which the paper leaves open, as it was assumed.</param>
/// <param name="Admissible">Theorem 1's 1 / (4 C L H) with the measured L.</param>
/// <param name="AdmissibleByLemma2">Lemma 2's 1 / (3 L H).</param>
/// <param name="AdmissibleByBound">Theorem 1's with the proven L.</param>
/// <param name="Theorem2">4 log(NHT) / (mu H T).</param>
/// <param name="Theorem3">(4 / H) sqrt(NH / T).</param>
/// <param name="Stability">2 / (lambda H), lambda the largest curvature of the mean on the path:
/// about where a round stops being stable.</param>
/// <param name="InFileOverAdmissible">How far the file's step lies above what the theorem admits.</param>
/// <param name="StabilityOverAdmissible">How conservative the theorem is here: 8 C L / lambda.</param>
/// <param name="AdmissibleOverBound">How conservative the proven L is: its ratio to the measured.</param>
internal sealed record AdvisedStep(
    double InFile, double Constant, double? Admissible, double? AdmissibleByLemma2, double? AdmissibleByBound, double? Theorem2,
    double Theorem3,
    double? Stability, double? InFileOverAdmissible, double? StabilityOverAdmissible, double? AdmissibleOverBound);

/// <summary>What the theorems ask for.</summary>
/// <param name="Accuracy">The target: of J - J* under Theorem 2, of the mean ||grad J||^2 under Theorem 3.</param>
/// <param name="RoundsOfTheorem2">The least T of Theorem 2's choice of eta.</param>
/// <param name="RoundsOfTheorem3">The least T of Theorem 3's.</param>
/// <param name="RoundsForAccuracy">The least T that meets the theorem's condition and reaches the accuracy.</param>
/// <param name="Horizon">The least K, log(NHT) / (2 log(1 / gamma)), for the experiment's T.</param>
/// <param name="HorizonForAccuracy">The same for <paramref name="RoundsForAccuracy"/>.</param>
internal sealed record AdvisedNeeds(
    double? Accuracy, double? RoundsOfTheorem2, double? RoundsOfTheorem3, double? RoundsForAccuracy, double? Horizon,
    double? HorizonForAccuracy);

/// <summary>What to expect of the experiment as it stands.</summary>
/// <param name="NoiseFloor">alpha tr(Sigma) / (4 N H B) with the file's step, or what the algorithm makes of it.</param>
/// <param name="HeterogeneityBias">The gap that FedAvg's drift would leave at this step, by the
/// first-order law at the end of the path.</param>
/// <param name="GapOfTheorem2">J - J* after T rounds of Theorem 2's schedule.</param>
/// <param name="GradientOfTheorem3">The mean ||grad J||^2 over T rounds of Theorem 3's schedule, from above.</param>
internal sealed record AdvisedPredictions(double? NoiseFloor, double? HeterogeneityBias, double? GapOfTheorem2, double? GradientOfTheorem3);
