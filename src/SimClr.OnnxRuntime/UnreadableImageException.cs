namespace SimClr.OnnxRuntime;

/// <summary>An image that cannot be decoded.</summary>
/// <param name="path">The file; for an image that is not in a file, a phrase such as "the image".</param>
/// <param name="reason">The reason, in plain words.</param>
public sealed class UnreadableImageException(string path, string reason) : Exception($"{path}: {reason}")
{
    /// <summary>The file; for an image that is not in a file, a phrase such as "the image".</summary>
    public string Path { get; } = path;

    /// <summary>The reason, in plain words.</summary>
    public string Reason { get; } = reason;
}
