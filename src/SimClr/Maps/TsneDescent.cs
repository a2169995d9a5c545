namespace SimClr.Maps;

/// <summary>
/// The gradient descent of t-SNE, with the momentum and the gains of van der Maaten and Hinton (2008) and the learning
/// rate of Belkina et al. (2019). Every point is computed by one thread, and sums over points are taken in order, so
/// that the map does not depend on the number of threads.
/// </summary>
internal sealed class TsneDescent(TsneAffinities affinities, double[] places, TsneOptions options)
{
    private const int ExaggeratedIterations = 250;
    private const double EarlyMomentum = 0.5;
    private const double Momentum = 0.8;
    private const double MinGain = 0.01;
    private const double MinRate = 50;

    private readonly double[] gradient = new double[places.Length];
    private readonly double[] step = new double[places.Length];
    private readonly double[] gains = [.. Enumerable.Repeat(1.0, places.Length)];
    private readonly double[] weights = new double[places.Length / 2];

    /// <summary>Moves the places.</summary>
    public void Run(IProgress<int>? progress, CancellationToken cancellation)
    {
        double rate = Math.Max(weights.Length / options.EarlyExaggeration / 4, MinRate);
        for (int iteration = 1; iteration <= options.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool early = iteration <= ExaggeratedIterations;
            ComputeGradient(early ? options.EarlyExaggeration : 1);
            double momentum = early ? EarlyMomentum : Momentum;
            for (int i = 0; i < places.Length; i++)
            {
                bool turns = step[i] * gradient[i] > 0;   // The step goes against the gradient.
                gains[i] = Math.Max(MinGain, turns ? gains[i] * 0.8 : gains[i] + 0.2);
                step[i] = (momentum * step[i]) - (rate * gains[i] * gradient[i]);
                places[i] += step[i];
            }

            progress?.Report(iteration);
        }
    }

    /// <summary>
    /// Computes 4 Σⱼ (p − q) (yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²) of each point i, the gradient of KL(P‖Q), where q is
    /// proportional to 1 / (1 + |yᵢ − yⱼ|²).
    /// </summary>
    /// <param name="exaggeration">The factor of p.</param>
    internal double[] ComputeGradient(double exaggeration)
    {
        var tree = new PlaneTree(places);
        double[] repulsion = new double[places.Length];
        Parallel.For(0, weights.Length, point =>
            (repulsion[2 * point], repulsion[(2 * point) + 1], weights[point]) = tree.Repulsion(point, options.Theta));
        double all = weights.Sum();
        Parallel.For(0, weights.Length, point =>
        {
            (double x, double y) = (places[2 * point], places[(2 * point) + 1]);
            (double sumX, double sumY) = (0, 0);
            foreach ((int to, double p) in affinities.Rows[point])
            {
                (double dx, double dy) = (x - places[2 * to], y - places[(2 * to) + 1]);
                double force = p / (1 + (dx * dx) + (dy * dy));
                sumX += force * dx;
                sumY += force * dy;
            }

            gradient[2 * point] = 4 * ((exaggeration * sumX) - (repulsion[2 * point] / all));
            gradient[(2 * point) + 1] = 4 * ((exaggeration * sumY) - (repulsion[(2 * point) + 1] / all));
        });
        return gradient;
    }
}
