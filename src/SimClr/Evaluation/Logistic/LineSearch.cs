namespace SimClr.Evaluation;

/// <summary>A point on a line: the step along it, the value there, and the derivative along the line.</summary>
internal readonly record struct LinePoint(double Step, double Value, double Slope);

/// <summary>
/// A line search for a step that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization,
/// Algorithms 3.5 and 3.6): the value falls by at least a share of what the slope predicts, and the slope has
/// flattened.
/// </summary>
internal static class LineSearch
{
    private const double Decrease = 1e-4;
    private const double Flattening = 0.9;
    private const double Growth = 4;
    private const int MaxTries = 10;

    /// <summary>Searches along a line that descends at 0.</summary>
    /// <param name="line">Returns the point at a step above 0.</param>
    /// <param name="origin">The point at 0.</param>
    /// <param name="first">The first step to try.</param>
    /// <param name="noise">The bound below which differences of values are ignored and only slopes count.</param>
    /// <returns>
    /// The point, which is the last one that <paramref name="line"/> returned; null if none was found.
    /// </returns>
    public static LinePoint? Find(Func<double, LinePoint> line, LinePoint origin, double first, double noise)
    {
        LinePoint before = origin;
        double step = first;
        for (int i = 0; i < MaxTries; i++)
        {
            LinePoint here = line(step);
            if (!double.IsFinite(here.Value) || !double.IsFinite(here.Slope))
            {
                step = (before.Step + step) / 2;
            }
            else if (IsTooHigh(here, origin, noise) || (i > 0 && here.Value > before.Value + noise))
            {
                return Zoom(line, origin, before, here, noise);
            }
            else if (Math.Abs(here.Slope) <= Flattening * -origin.Slope)
            {
                return here;
            }
            else if (here.Slope >= 0)
            {
                return Zoom(line, origin, here, before, noise);
            }
            else
            {
                (before, step) = (here, here.Step * Growth);
            }
        }

        return null;
    }

    /// <summary>
    /// Narrows an interval that contains a suitable step; <paramref name="low"/> is the end with the lower value.
    /// </summary>
    private static LinePoint? Zoom(
        Func<double, LinePoint> line, LinePoint origin, LinePoint low, LinePoint high, double noise)
    {
        for (int i = 0; i < MaxTries && Math.Abs(high.Step - low.Step) > 1e-16 * Math.Max(low.Step, high.Step); i++)
        {
            LinePoint here = line(Between(low, high));
            if (!double.IsFinite(here.Value) || IsTooHigh(here, origin, noise) || here.Value > low.Value + noise)
            {
                high = here;
            }
            else if (Math.Abs(here.Slope) <= Flattening * -origin.Slope)
            {
                return here;
            }
            else
            {
                high = here.Slope * (high.Step - low.Step) >= 0 ? low : high;
                low = here;
            }
        }

        return null;
    }

    private static bool IsTooHigh(LinePoint here, LinePoint origin, double noise)
        => here.Value > origin.Value + (Decrease * here.Step * origin.Slope) + noise;

    /// <summary>The minimum of the cubic through both ends; the middle if that is too near an end.</summary>
    private static double Between(LinePoint a, LinePoint b)
    {
        double width = b.Step - a.Step;
        double middle = a.Step + (width / 2);
        double d1 = a.Slope + b.Slope - (3 * (b.Value - a.Value) / width);
        double root = (d1 * d1) - (a.Slope * b.Slope);
        double d2 = Math.Sign(width) * Math.Sqrt(Math.Max(0, root));
        double step = b.Step - (width * (b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2)));
        double share = (step - a.Step) / width;
        return share is > 0.05 and < 0.95 ? step : middle;
    }
}
