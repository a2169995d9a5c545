using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// A data set in a comparison with others: the locations of its images and the pixel hashes read so far.
/// </summary>
internal sealed class SetContents(ImageDataSet images)
{
    private readonly bool[] tried = new bool[images.Count];
    private readonly UInt128?[] pixels = new UInt128?[images.Count];
    private long rawBytes;

    public ImageDataSet Images => images;

    public ImageLocation[] Locations { get; } = new ImageLocation[images.Count];

    /// <summary>The number of images decoded for comparison.</summary>
    public int Decoded { get; set; }

    /// <summary>The total size of the decoded files in bytes.</summary>
    public long DecodedBytes { get; set; }

    /// <summary>The number of pixel bytes read without decoding.</summary>
    public long RawBytes => rawBytes;

    /// <summary>
    /// Returns whether an image is stored only as pixels: in a packed file, in a record or in memory.
    /// </summary>
    public bool IsRaw(int index) => Locations[index].Bytes is null;

    /// <summary>Returns whether reading the pixels of an image was attempted.</summary>
    public bool IsTried(int index) => tried[index];

    /// <summary>Returns a hash of an image's size and pixels; null if it has not been read or cannot be.</summary>
    public UInt128? PixelsOf(int index) => pixels[index];

    /// <summary>Reads an image and hashes its pixels. Thread-safe for different images.</summary>
    public void Try(int index)
    {
        tried[index] = true;
        try
        {
            RgbImage image = images.Read(index);
            UInt128 hash = MemoryMarshal.Read<UInt128>(SHA256.HashData(image.Pixels));
            pixels[index] = hash ^ new UInt128((ulong)image.Width, (ulong)image.Height);
            if (IsRaw(index))
            {
                Interlocked.Add(ref rawBytes, image.Pixels.Length);
            }

            images.Recycle(index, image);
        }
        catch (UnreadableImageException)
        {
            // An unreadable image belongs to no set; the loader reports it.
        }
    }

    /// <summary>Returns a hash of an image's encoded bytes; null if they cannot be read.</summary>
    public static string? BytesOf(ImageLocation location)
    {
        try
        {
            if (location is { Slice: { } slice, Bytes: { } length })
            {
                return length > Array.MaxLength ? null : Convert.ToHexString(
                    SHA256.HashData(FileSlice.Read(slice.File, slice.Offset, (int)length, location.Path)));
            }

            using FileStream stream = RegularFile.OpenRead(location.Path);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or UnreadableImageException)
        {
            return null;
        }
    }
}
