using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>
/// The libtorch in use: the program's own, or the one that the environment variable SIMCLR_LIBTORCH names.
/// </summary>
public static class Libtorch
{
    /// <summary>The folder of the libtorch that SIMCLR_LIBTORCH names; null without the variable.</summary>
    public static string? Folder => CustomLibtorch.Folder;

    /// <summary>
    /// Why the libtorch that SIMCLR_LIBTORCH names cannot be used; null if it can, or without the variable.
    /// </summary>
    public static ConfigurationException? Failure => CustomLibtorch.Failure;

    /// <summary>What to do about an error of a program without libtorch; null for an error of another cause.</summary>
    /// <param name="error">The error.</param>
    public static string? Explain(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return CustomLibtorch.Explain(error);
    }
}
