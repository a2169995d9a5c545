namespace SimClr.Maps;

/// <summary>
/// A quadtree over points of the plane, for the repulsion of t-SNE by Barnes and Hut (van der Maaten 2014): distant
/// groups of points act as their center of mass.
/// </summary>
internal sealed class PlaneTree
{
    private const int MaxDepth = 48;

    private readonly double[] places;
    private readonly List<Cell> cells = [];

    /// <param name="places">x and y of each point, in turn.</param>
    public PlaneTree(double[] places)
    {
        this.places = places;
        (double left, double right, double top, double bottom) = (
            double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity, double.NegativeInfinity);
        for (int i = 0; i < places.Length; i += 2)
        {
            (left, right) = (Math.Min(left, places[i]), Math.Max(right, places[i]));
            (top, bottom) = (Math.Min(top, places[i + 1]), Math.Max(bottom, places[i + 1]));
        }

        cells.Add(new Cell((left + right) / 2, (top + bottom) / 2, Math.Max(right - left, bottom - top)));
        for (int i = 0; i < places.Length; i += 2)
        {
            Insert(places[i], places[i + 1]);
        }
    }

    /// <summary>
    /// Sums w² · (y − y') and w over all other points y', where w = 1 / (1 + |y − y'|²).
    /// </summary>
    /// <param name="point">The number of the point y.</param>
    /// <param name="theta">The ratio of size and distance below which a cell is one point; 0 for exact sums.</param>
    public (double X, double Y, double Weight) Repulsion(int point, double theta)
    {
        (double x, double y) = (places[2 * point], places[(2 * point) + 1]);
        (double sumX, double sumY, double sum) = (0, 0, 0);
        Span<int> stack = stackalloc int[4 * (MaxDepth + 2)];
        stack[0] = 0;
        for (int left = 1; left > 0;)
        {
            Cell cell = cells[stack[--left]];
            if (cell.Count == 0)
            {
                continue;
            }

            (double dx, double dy) = (x - (cell.SumX / cell.Count), y - (cell.SumY / cell.Count));
            double square = (dx * dx) + (dy * dy);
            if (cell.Children == 0 || cell.Width * cell.Width < theta * theta * square)
            {
                // The point itself is in the cell of its place, together with the points that coincide with it.
                bool own = cell.Children == 0 && cell.X == x && cell.Y == y;
                double weight = 1 / (1 + square);
                double all = (own ? cell.Count - 1 : cell.Count) * weight;
                sum += all;
                sumX += all * weight * dx;
                sumY += all * weight * dy;
                continue;
            }

            for (int quarter = 0; quarter < 4; quarter++)
            {
                stack[left++] = cell.Children + quarter;
            }
        }

        return (sumX, sumY, sum);
    }

    private void Insert(double x, double y)
    {
        int at = 0;
        for (int depth = 0; ; depth++)
        {
            Cell cell = cells[at];
            bool leaf = cell.Children == 0;
            bool ends = leaf && (cell.Count == 0 || depth == MaxDepth || (cell.X == x && cell.Y == y));
            if (leaf && !ends)
            {
                Split(at);
            }

            cell.Add(x, y);
            if (ends)
            {
                return;
            }

            at = cell.QuarterOf(x, y);
        }
    }

    /// <summary>Divides a leaf into four, one of which takes its points, which coincide.</summary>
    private void Split(int at)
    {
        Cell cell = cells[at];
        cell.Children = cells.Count;
        double quarter = cell.Width / 4;
        foreach ((int right, int down) in new[] { (-1, -1), (1, -1), (-1, 1), (1, 1) })
        {
            cells.Add(new Cell(cell.MiddleX + (right * quarter), cell.MiddleY + (down * quarter), cell.Width / 2));
        }

        cells[cell.QuarterOf(cell.X, cell.Y)].Take(cell);
    }

    private sealed class Cell(double middleX, double middleY, double width)
    {
        public double MiddleX => middleX;

        public double MiddleY => middleY;

        public double Width => width;

        /// <summary>The index of the first of four children; 0 for a leaf.</summary>
        public int Children { get; set; }

        public int Count { get; private set; }

        public double SumX { get; private set; }

        public double SumY { get; private set; }

        /// <summary>The place of a leaf's first point.</summary>
        public double X { get; private set; }

        public double Y { get; private set; }

        public void Add(double x, double y)
        {
            if (Count++ == 0)
            {
                (X, Y) = (x, y);
            }

            SumX += x;
            SumY += y;
        }

        public void Take(Cell other)
            => (Count, SumX, SumY, X, Y) = (other.Count, other.SumX, other.SumY, other.X, other.Y);

        public int QuarterOf(double x, double y) => Children + (x > middleX ? 1 : 0) + (y > middleY ? 2 : 0);
    }
}
