using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class LbfgsTests
{
    [Fact]
    public void Rosenbrocks_valley_is_followed_to_its_end()
    {
        double[] point = [-1.2, 1, -1.2, 1];
        LbfgsOutcome found = new Lbfgs(4, 5).Minimize(Rosenbrock, null, point, 1e-14, 200);
        Assert.All(point, x => Assert.Equal(1, x, 1e-5));
        Assert.InRange(found.Iterations, 10, 100);
    }

    [Fact]
    public void With_the_inverse_curvature_a_badly_scaled_bowl_takes_a_step_or_two()
    {
        double[] scales = [1e-6, 1, 1e6];
        double[] point = [3, -2, 5];
        LbfgsOutcome found = new Lbfgs(3, 5).Minimize(
            (at, gradient) => Bowl(at, gradient), vector =>
            {
                for (int i = 0; i < 3; i++)
                {
                    vector[i] /= scales[i];
                }
            },
            point, 1e-12, 50);
        Assert.True(found.Converged);
        Assert.InRange(found.Iterations, 1, 3);
        Assert.All(point, x => Assert.Equal(1, x, 1e-6));

        double Bowl(ReadOnlySpan<double> at, Span<double> gradient)
        {
            double value = 7;
            for (int i = 0; i < 3; i++)
            {
                gradient[i] = scales[i] * (at[i] - 1);
                value += gradient[i] * (at[i] - 1) / 2;
            }

            return value;
        }
    }

    [Fact]
    public void It_stops_at_the_max_steps_and_reports_it()
    {
        LbfgsOutcome found = new Lbfgs(4, 5).Minimize(Rosenbrock, null, [-1.2, 1, -1.2, 1], 1e-14, 3);
        Assert.False(found.Converged);
        Assert.Equal(3, found.Iterations);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(300)]
    public void A_step_satisfies_the_strong_Wolfe_conditions(double first)
    {
        LinePoint origin = At(0);
        LinePoint found = Assert.NotNull(LineSearch.Find(At, origin, first, noise: 0));
        Assert.True(found.Value <= origin.Value + (1e-4 * found.Step * origin.Slope));
        Assert.True(Math.Abs(found.Slope) <= 0.9 * -origin.Slope);

        static LinePoint At(double step) => new(step, Math.Cosh(step - 2), Math.Sinh(step - 2));
    }

    private static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double value = 0;
        for (int i = 0; i < x.Length; i += 2)
        {
            (double a, double b) = (1 - x[i], x[i + 1] - (x[i] * x[i]));
            value += (a * a) + (100 * b * b);
            gradient[i] = (-2 * a) - (400 * x[i] * b);
            gradient[i + 1] = 200 * b;
        }

        return value;
    }
}
