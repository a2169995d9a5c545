namespace SimClr.Data;

/// <summary>The luma of an image, 0.299 R + 0.587 G + 0.114 B (ITU-R 601), at a lower resolution.</summary>
internal static class LumaCells
{
    /// <summary>
    /// Averages the luma over equal cells; a pixel on the border of cells counts by the share in each.
    /// </summary>
    /// <param name="image">The image, of any size.</param>
    /// <param name="columns">The number of cells in a row.</param>
    /// <param name="rows">The number of rows of cells.</param>
    /// <returns>rows · columns means, row by row, 0 … 255.</returns>
    public static double[] Means(RgbImage image, int columns, int rows)
    {
        double[] cells = new double[columns * rows];
        double[] row = new double[columns];
        for (int y = 0; y < image.Height; y++)
        {
            ReduceRow(image.Pixels.Slice(3 * y * image.Width, 3 * image.Width), row);
            foreach ((int cell, double share) in new Shares(y, image.Height, rows))
            {
                for (int x = 0; x < columns; x++)
                {
                    cells[(cell * columns) + x] += share * row[x];
                }
            }
        }

        return cells;
    }

    private static void ReduceRow(ReadOnlySpan<byte> pixels, double[] row)
    {
        Array.Clear(row);
        int width = pixels.Length / 3;
        for (int x = 0; x < width; x++)
        {
            double luma = (0.299 * pixels[3 * x]) + (0.587 * pixels[(3 * x) + 1]) + (0.114 * pixels[(3 * x) + 2]);
            foreach ((int cell, double share) in new Shares(x, width, row.Length))
            {
                row[cell] += share * luma;
            }
        }
    }

    /// <summary>
    /// The cells along one axis that a pixel overlaps, each with the share of the cell that it covers; an enumeration
    /// without allocations.
    /// </summary>
    private ref struct Shares(int pixel, int pixels, int cells)
    {
        // In units of 1/(cells · pixels) of the axis: a pixel is as long as there are cells, and the other way round.
        private readonly long end = (long)(pixel + 1) * cells;
        private long position = (long)pixel * cells;

        public (int Cell, double Share) Current { get; private set; }

        public readonly Shares GetEnumerator() => this;

        public bool MoveNext()
        {
            if (position >= end)
            {
                return false;
            }

            long cell = position / pixels;
            long next = Math.Min(end, (cell + 1) * pixels);
            Current = ((int)cell, (double)(next - position) / pixels);
            position = next;
            return true;
        }
    }
}
