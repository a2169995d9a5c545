using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>What is known of a set that is compared with others: where its images are, and hashes of those whose pixels were read.</summary>
internal sealed class SetContents(ImageDataSet images)
{
    private readonly bool[] tried = new bool[images.Count];
    private readonly UInt128?[] pixels = new UInt128?[images.Count];
    private long rawBytes;

    public ImageDataSet Images => images;

    public ImageLocation[] Locations { get; } = new ImageLocation[images.Count];

    /// <summary>Images that were decoded to be compared.</summary>
    public int Decoded { get; set; }

    /// <summary>The bytes of their files.</summary>
    public long DecodedBytes { get; set; }

    /// <summary>Bytes of the pixels that were read without decoding.</summary>
    public long RawBytes => rawBytes;

    /// <summary>Whether an image has no bytes but its pixels: one of a packed file, a record, or in memory.</summary>
    public bool IsRaw(int index) => Locations[index].Bytes is null;

    /// <summary>Whether the pixels of an image were asked for.</summary>
    public bool IsTried(int index) => tried[index];

    /// <summary>A hash of an image's size and pixels; null where it was not tried, or cannot be read.</summary>
    public UInt128? PixelsOf(int index) => pixels[index];

    /// <summary>Reads an image. Thread-safe for different images.</summary>
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
            // It is in no set; told where it is read in earnest.
        }
    }

    /// <summary>A hash of an image's bytes, undecoded; null where they cannot be read.</summary>
    public static string? BytesOf(ImageLocation location)
    {
        try
        {
            if (location is { Slice: { } slice, Bytes: { } length })
            {
                return length > Array.MaxLength ? null : Convert.ToHexString(SHA256.HashData(FileSlice.Read(slice.File, slice.Offset, (int)length, location.Path)));
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
