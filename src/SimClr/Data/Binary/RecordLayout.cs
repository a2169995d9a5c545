namespace SimClr.Data;

/// <summary>
/// The layout of an image in a record: label bytes, then three planes of side × side bytes, red first.
/// </summary>
/// <param name="LabelBytes">The number of bytes before the pixels; the last of them is the class.</param>
/// <param name="Side">The width and height in pixels.</param>
/// <param name="ColumnMajor">Whether planes are stored column by column instead of row by row.</param>
internal readonly record struct RecordLayout(int LabelBytes, int Side, bool ColumnMajor)
{
    public int Bytes => LabelBytes + (3 * Side * Side);

    public RgbImage ToImage(ReadOnlySpan<byte> record)
    {
        (int stepX, int stepY) = ColumnMajor ? (Side, 1) : (1, Side);
        byte[] pixels = new byte[3 * Side * Side];
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<byte> plane = record.Slice(LabelBytes + (channel * Side * Side), Side * Side);
            for (int i = 0; i < plane.Length; i++)
            {
                pixels[(3 * i) + channel] = plane[(i / Side * stepY) + (i % Side * stepX)];
            }
        }

        return new RgbImage(Side, Side, pixels);
    }
}
