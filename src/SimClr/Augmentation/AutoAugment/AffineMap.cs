namespace SimClr.Augmentation;

/// <summary>
/// An affine map from the pixels of a view to their sources. Each pixel takes the value of the nearest source; sources
/// outside are black.
/// </summary>
internal readonly record struct AffineMap(
    double RowByRow, double RowByColumn, double Row, double ColumnByRow, double ColumnByColumn, double Column)
{
    /// <summary>A shear from the upper left corner.</summary>
    /// <param name="down">Rows per column.</param>
    /// <param name="across">Columns per row.</param>
    public static AffineMap Shear(double down, double across) => new(1, down, 0, across, 1, 0);

    /// <summary>A translation.</summary>
    /// <param name="down">Rows up, or down if negative.</param>
    /// <param name="across">Columns to the left, or to the right if negative.</param>
    public static AffineMap Shift(int down, int across) => new(1, 0, down, 0, 1, across);

    /// <summary>A rotation about the center.</summary>
    /// <param name="degrees">The angle, counterclockwise.</param>
    /// <param name="size">Side of the view in pixels.</param>
    public static AffineMap Rotation(double degrees, int size)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        double center = size / 2.0;
        return new AffineMap(
            cos, sin, center - ((cos + sin) * center), -sin, cos, center - ((cos - sin) * center));
    }

    /// <param name="planes">Planes of size · size values.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="scratch">Room for one plane.</param>
    public void Apply(Span<float> planes, int size, Span<float> scratch)
    {
        int area = size * size;
        Span<float> source = scratch[..area];
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            for (int i = 0; i < area; i++)
            {
                // The centers of pixels are at halves.
                (double y, double x) = ((i / size) + 0.5, (i % size) + 0.5);
                int row = (int)Math.Floor((RowByRow * y) + (RowByColumn * x) + Row);
                int column = (int)Math.Floor((ColumnByRow * y) + (ColumnByColumn * x) + Column);
                plane[i] = row >= 0 && row < size && column >= 0 && column < size ? source[(row * size) + column] : 0;
            }
        }
    }
}
