using SimClr.Duplicates;

namespace SimClr.Checks;

/// <summary>
/// Test images that are also among the training images: files with the same bytes, or copies by the perceptual hash. An
/// accuracy on them measures memory.
/// </summary>
public static class SetLeaks
{
    /// <summary>Finds the images of one set that are in another.</summary>
    /// <param name="test">The signatures of the test images; null for one that could not be read.</param>
    /// <param name="train">The signatures of the training images; null for one that could not be read.</param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    /// <returns>At most one leak for each test image, in their order.</returns>
    public static IReadOnlyList<SetLeak> Find(
        IReadOnlyList<ImageSignature?> test,
        IReadOnlyList<ImageSignature?> train,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(train);
        var contents = new Dictionary<UInt128, int>();
        var index = new HashIndex(PerceptualHash.MaxDistance);
        foreach ((int image, ImageSignature? signature) in train.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (signature is not null && contents.TryAdd(signature.Content, image) && signature.Hash is { } hash)
            {
                index.Add(hash, image);
            }
        }

        var leaks = new List<SetLeak>();
        foreach ((int image, ImageSignature? signature) in test.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (signature is null)
            {
                continue;
            }

            if (contents.TryGetValue(signature.Content, out int same))
            {
                leaks.Add(new SetLeak(image, same, 0, IsIdentical: true));
            }
            else if (signature.Hash is { } hash && index.Nearest(hash) is { } nearest)
            {
                leaks.Add(new SetLeak(image, nearest.Value, nearest.Distance, IsIdentical: false));
            }
        }

        return leaks;
    }
}

/// <summary>A test image that is also a training image.</summary>
/// <param name="Test">The index of the test image.</param>
/// <param name="Train">The index of the training image.</param>
/// <param name="Distance">The number of bits in which the hashes differ.</param>
/// <param name="IsIdentical">Whether the bytes are the same.</param>
public sealed record SetLeak(int Test, int Train, int Distance, bool IsIdentical);
