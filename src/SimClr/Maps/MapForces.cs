using SimClr.Internals;

namespace SimClr.Maps;

/// <summary>
/// UMAP's stochastic gradient descent, which moves points until neighbors are close. It minimizes the cross-entropy
/// between the graph and 1 / (1 + a·r^2b), the probability that two points at distance r are neighbors. It uses one
/// thread and addressed randomness, so a seed determines the map.
/// </summary>
internal sealed class MapForces
{
    // UMAP's fitted parameters for min_dist = 0.1: a curve that falls off beyond that distance.
    private const double A = 1.576943;
    private const double B = 0.8950608;
    private const double MaxStep = 4;

    private readonly float[] places;
    private readonly UmapOptions options;
    private readonly int epochs;
    private readonly (int From, int To, float Weight)[] edges;
    private readonly double[] every;   // epochs between two updates of an edge

    public MapForces(NeighborGraph graph, float[] places, UmapOptions options, int epochs)
    {
        (this.places, this.options, this.epochs) = (places, options, epochs);
        float heaviest = graph.Edges.Max(edge => edge.Weight);
        edges = [.. graph.Edges.Where(edge => edge.Weight >= heaviest / epochs)];
        every = [.. edges.Select(edge => (double)heaviest / edge.Weight)];
    }

    public void Run(IProgress<int>? progress, CancellationToken cancellation)
    {
        double[] next = [.. every];
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            double rate = 1 - ((double)(epoch - 1) / epochs);
            var stream = new RandomStream(options.Seed, Purpose.Map, epoch);
            for (int i = 0; i < edges.Length; i++)
            {
                if (next[i] <= epoch)
                {
                    next[i] += every[i];
                    Move(edges[i].From, edges[i].To, rate, ref stream);
                    Move(edges[i].To, edges[i].From, rate, ref stream);
                }
            }

            progress?.Report(epoch);
        }
    }

    private void Move(int row, int neighbor, double rate, ref RandomStream stream)
    {
        Pull(row, neighbor, rate);
        for (int i = 0; i < options.NegativeSamples; i++)
        {
            int stranger = stream.NextInt(places.Length / 2);
            if (stranger != row)
            {
                Push(row, stranger, rate);
            }
        }
    }

    private void Pull(int row, int other, double rate)
    {
        double square = Square(row, other);
        if (square > 0)
        {
            double power = Math.Pow(square, B);
            double force = -2 * A * B * power / (square * ((A * power) + 1));
            Step(row, other, force, rate);
            Step(other, row, force, rate);
        }
    }

    private void Push(int row, int other, double rate)
    {
        double square = Square(row, other);
        if (square > 0)
        {
            Step(row, other, 2 * B / ((0.001 + square) * ((A * Math.Pow(square, B)) + 1)), rate);
        }
    }

    private void Step(int row, int other, double force, double rate)
    {
        for (int axis = 0; axis < 2; axis++)
        {
            double along = force * (places[(2 * row) + axis] - places[(2 * other) + axis]);
            places[(2 * row) + axis] += (float)(rate * Math.Clamp(along, -MaxStep, MaxStep));
        }
    }

    private double Square(int row, int other)
    {
        double x = places[2 * row] - places[2 * other];
        double y = places[(2 * row) + 1] - places[(2 * other) + 1];
        return (x * x) + (y * y);
    }
}
