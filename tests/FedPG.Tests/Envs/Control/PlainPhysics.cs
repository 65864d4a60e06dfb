namespace FedPG.Tests.Envs.Control;

/// <summary>
/// The control tasks from their equations of motion in implicit form, solved as 2 x 2 systems for the
/// accelerations: no formula is shared with the environments.
/// </summary>
internal static class PlainPhysics
{
    /// <summary>
    /// A cart of mass M and a uniform pole of mass m and half length l: (M + m) x'' + m l cos(th) th'' = F + m l th'^2 sin(th), m l cos(th)
    /// x'' + 4/3 m l^2 th'' = m g l sin(th).
    /// </summary>
    public static double[] CartPole(double[] s, double force, double g = 9.8, double cart = 1, double pole = 0.1, double half = 0.5,
        double tau = 0.02)
    {
        double sine = Math.Sin(s[2]), cosine = Math.Cos(s[2]), coupling = pole * half * cosine;
        (double x, double theta) = Solve(
            cart + pole, coupling, force + (pole * half * s[3] * s[3] * sine),
            coupling, 4.0 / 3 * pole * half * half, pole * g * half * sine);
        return [s[0] + (tau * s[1]), s[1] + (tau * x), s[2] + (tau * s[3]), s[3] + (tau * theta)];
    }

    /// <summary>Kinetic and potential energy of the cart and the pole.</summary>
    public static double CartPoleEnergy(double[] s, double g = 9.8, double cart = 1, double pole = 0.1, double half = 0.5) =>
        (0.5 * (cart + pole) * s[1] * s[1]) + (pole * half * s[1] * s[3] * Math.Cos(s[2]))
            + (0.5 * 4 / 3 * pole * half * half * s[3] * s[3]) + (pole * g * half * Math.Cos(s[2]));

    /// <summary>One step of the acrobot by the method of Runge and Kutta, angles not wrapped and speeds not clipped.</summary>
    public static double[] Acrobot(double[] s, double torque, double g = 9.8, double m1 = 1, double m2 = 1, double l1 = 1, double c1 = 0.5,
        double c2 = 0.5, double inertia = 1)
    {
        const double dt = 0.2;
        double[] k1 = Rate(s), k2 = Rate(Plus(s, k1, dt / 2)), k3 = Rate(Plus(s, k2, dt / 2)), k4 = Rate(Plus(s, k3, dt));
        return [.. Enumerable.Range(0, 4).Select(i => s[i] + (dt * (k1[i] + (2 * k2[i]) + (2 * k3[i]) + k4[i]) / 6))];

        double[] Rate(double[] y)
        {
            double d12 = (m2 * c2 * c2) + (m2 * l1 * c2 * Math.Cos(y[1])) + inertia, d22 = (m2 * c2 * c2) + inertia;
            double d11 = (m1 * c1 * c1) + (m2 * l1 * l1) + (2 * m2 * l1 * c2 * Math.Cos(y[1])) + (m2 * c2 * c2) + (2 * inertia);
            double centrifugal = m2 * l1 * c2 * Math.Sin(y[1]);
            double weight2 = m2 * g * c2 * Math.Sin(y[0] + y[1]), weight1 = (((m1 * c1) + (m2 * l1)) * g * Math.Sin(y[0])) + weight2;
            (double first, double second) = Solve(
                d11, d12, (centrifugal * y[3] * ((2 * y[2]) + y[3])) - weight1,
                d12, d22, torque - (centrifugal * y[2] * y[2]) - weight2);
            return [y[2], y[3], first, second];
        }
    }

    /// <summary>Kinetic and potential energy of the two links.</summary>
    public static double AcrobotEnergy(double[] s, double g, double m1 = 1, double m2 = 1, double l1 = 1, double c1 = 0.5, double c2 = 0.5,
        double inertia = 1)
    {
        // Velocities of the centres of mass in the plane.
        double both = s[2] + s[3], cross = 2 * l1 * c2 * s[2] * both * Math.Cos(s[1]);
        double speed2 = (l1 * l1 * s[2] * s[2]) + (c2 * c2 * both * both) + cross;
        double kinetic = (0.5 * m1 * c1 * c1 * s[2] * s[2]) + (0.5 * inertia * s[2] * s[2]) + (0.5 * m2 * speed2)
            + (0.5 * inertia * both * both);
        double height1 = -c1 * Math.Cos(s[0]), height2 = (-l1 * Math.Cos(s[0])) - (c2 * Math.Cos(s[0] + s[1]));
        return kinetic + (m1 * g * height1) + (m2 * g * height2);
    }

    /// <summary>Cramer's rule for a x + b y = e, c x + d y = f.</summary>
    private static (double X, double Y) Solve(double a, double b, double e, double c, double d, double f)
    {
        double determinant = (a * d) - (b * c);
        return (((e * d) - (b * f)) / determinant, ((a * f) - (e * c)) / determinant);
    }

    private static double[] Plus(double[] y, double[] rate, double time) => [.. y.Zip(rate, (a, b) => a + (time * b))];
}
