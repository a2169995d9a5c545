using System.Text;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>The number of processor cores that a rank has to itself.</summary>
public static class RankCores
{
    private const string Status = "/proc/self/status";

    /// <summary>
    /// Returns the number of cores that this rank may use, divided by the number of ranks on the same machine that may
    /// use the same cores. mpirun may or may not have bound each rank to its own cores.
    /// </summary>
    public static int CoresPerRank(ICommunicator ranks)
    {
        if (ranks.Size == 1)
        {
            return ComputeThreads.Cores;
        }

        string mine = $"{Environment.MachineName} {AllowedCores()}";
        int sharing = ranks.Gather(Encoding.UTF8.GetBytes(mine)).Count(other => Encoding.UTF8.GetString(other) == mine);
        return Math.Max(1, ComputeThreads.Cores / sharing);
    }

    private static string AllowedCores()
        => File.Exists(Status) ? File.ReadLines(Status)
            .FirstOrDefault(line => line.StartsWith("Cpus_allowed_list", StringComparison.Ordinal)) ?? "" : "";
}
