using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>
/// The libtorch in use: the program's own, or the one named by the environment variable SIMCLR_LIBTORCH.
/// </summary>
public static class Libtorch
{
    /// <summary>The folder of the libtorch named by SIMCLR_LIBTORCH; null if the variable is not set.</summary>
    public static string? Folder => CustomLibtorch.Folder;

    /// <summary>
    /// The reason why the libtorch named by SIMCLR_LIBTORCH cannot be used; null if it can be used or the variable is
    /// not set.
    /// </summary>
    public static ConfigurationException? Failure => CustomLibtorch.Failure;

    /// <summary>
    /// Returns advice on an error of a program without libtorch; null for an error with another cause.
    /// </summary>
    /// <param name="error">The error.</param>
    public static string? Explain(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return CustomLibtorch.Explain(error);
    }
}
