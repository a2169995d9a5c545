using System.Text.Json.Nodes;
using SimClr.Diagnostics;
using SimClr.Distributed;

namespace SimClr.Cli.Verbs;

/// <summary>The MPI library of this machine. It is loaded for its version, but not initialized.</summary>
/// <param name="Library">The name, or the reason why it cannot be used.</param>
/// <param name="Version">The version string that it reports.</param>
/// <param name="Interface">The binary interface; null if the library cannot be used.</param>
internal sealed record MpiReport(string Library, string Version, string? Interface)
{
    public static MpiReport? Detect()
    {
        try
        {
            return MpiInstallation.Find() is { } found
                ? new MpiReport(found.Library, found.Release, found.Interface)
                : null;
        }
        catch (CommunicationException error)
        {
            return new MpiReport(error.Message, "", null);
        }
    }

    public JsonObject Json() => new() { ["library"] = Library, ["version"] = Version, ["interface"] = Interface };

    public static string Text(MpiReport? report) => report switch
    {
        null => "not found; only needed for runs with several processes",
        { Interface: null } => report.Library,
        _ => $"{report.Version} ({report.Library}, the interface of {report.Interface}); "
            + "runs with several processes initialize it with MPI_THREAD_MULTIPLE",
    };
}
