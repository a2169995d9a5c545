using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// One pass over the images of a set, several at a time, each read and decoded once and then forgotten.
/// </summary>
internal static class ImagePass
{
    /// <summary>Reads every image and passes it on.</summary>
    /// <param name="images">The set.</param>
    /// <param name="options">
    /// The options for decoding. <see cref="DataOptions.ScaledDecode"/> applies to files and members of archives only.
    /// </param>
    /// <param name="skipped">
    /// Receives the images that cannot be read, without a limit on their number; null to ignore them.
    /// </param>
    /// <param name="use">
    /// Receives the index, the encoded file (null for an image stored only as pixels) and the image, which is valid
    /// until it returns. Called from several threads.
    /// </param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    public static void Run(
        ImageDataSet images,
        DataOptions options,
        SkippedImages? skipped,
        Action<int, EncodedImage?, RgbImage> use,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        var gate = new Lock();
        int done = 0;
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = ComputeThreads.ResolveWorkers(options.Workers),
        };
        try
        {
            _ = Parallel.For(0, images.Count, parallel, index =>
            {
                try
                {
                    Use(images, index, options, use);
                }
                catch (UnreadableImageException error)
                {
                    _ = skipped?.TryAdd(error);
                }

                lock (gate)
                {
                    progress?.Report(++done);
                }
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private static void Use(
        ImageDataSet images, int index, DataOptions options, Action<int, EncodedImage?, RgbImage> use)
    {
        if (images.Decoder is null || Encoded(images, index) is not { } bytes)
        {
            RgbImage pixels = images.Read(index);
            use(index, null, pixels);
            images.Recycle(index, pixels);
            return;
        }

        RgbImage image = ImageDecoder.Decode(bytes, images.PathOf(index), options);
        use(index, new EncodedImage(bytes), image);
        PixelPool.Return(image);
    }

    private static byte[]? Encoded(ImageDataSet images, int index)
    {
        string path = images.PathOf(index);
        return images.SliceOf(index) is { } slice
                ? FileSlice.Read(slice.File, slice.Offset, (int)Math.Min(slice.Length, Array.MaxLength), path)
            : File.Exists(path) ? FileSlice.ReadAll(path)
            : null;
    }
}

/// <summary>The encoded bytes of an image: those of its file or archive member.</summary>
internal sealed class EncodedImage(byte[] bytes)
{
    /// <summary>The number of bytes.</summary>
    public long Bytes => bytes.Length;

    /// <summary>The first 128 bits of the SHA-256 of the bytes.</summary>
    public UInt128 Content => MemoryMarshal.Read<UInt128>(SHA256.HashData(bytes));

    /// <summary>The width and height stated in the header, in pixels; null if it states none.</summary>
    public (int Width, int Height)? Size => ImageDecoder.SizeOf(bytes);
}
