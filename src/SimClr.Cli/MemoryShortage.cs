using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace SimClr.Cli;

/// <summary>Recognizes out-of-memory errors of the runtime and of the tensor library.</summary>
internal static partial class MemoryShortage
{
    private const string Remedy = "lower batch.size, views.size or encoder.width, or free some memory";

    /// <summary>Returns the cause and the options to reduce, or null for any other error.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OutOfMemoryException => $"out of memory; {Remedy}",
        ExternalException when NativeMessage().IsMatch(exception.Message)
            => $"out of memory{RequestedAmount(exception.Message)}; {Remedy}",
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    /// <summary>Returns the message without the native stack trace that the tensor library appends.</summary>
    public static string WithoutFrames(string message) => NativeFrames().Split(message, 2)[0].TrimEnd();

    private static string RequestedAmount(string message)
        => Bytes().Match(message) is { Success: true } match
            ? $" (an allocation of {match.Groups[1].Value} {match.Groups[2].Value} failed)"
            : "";

    [GeneratedRegex("allocate memory|out of memory|bad_alloc", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NativeMessage();

    // "tried to allocate 96000000000 bytes" on CPUs, "Tried to allocate 2.00 GiB" on GPUs.
    [GeneratedRegex("tried to allocate ([0-9.]+) ([a-z]+)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\s*\n(Exception raised from|frame #)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NativeFrames();
}
