using System.Security;

namespace SimClr.Cli;

/// <summary>Errors of files, folders and streams that nothing nearer to them turned into words of ours: no bug, whatever their type.</summary>
internal static class ExternalCause
{
    /// <summary>The system's words; null for an error that has another cause.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        IOException or UnauthorizedAccessException or SecurityException or InvalidDataException => exception.Message,
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
