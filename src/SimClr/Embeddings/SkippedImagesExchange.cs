using System.Text;
using SimClr.Data;
using SimClr.Distributed;

namespace SimClr.Embeddings;

/// <summary>Exchange of unreadable images between ranks that each read a part of the set.</summary>
public static class SkippedImagesExchange
{
    /// <summary>Merges the lists of all ranks.</summary>
    /// <exception cref="DataException">The total exceeds the allowed fraction. Thrown on every rank.</exception>
    public static void Share(this ICommunicator ranks, SkippedImages skipped)
    {
        if (ranks.Size == 1)
        {
            return;
        }

        foreach (byte[] lines in ranks.Gather(Encoding.UTF8.GetBytes(skipped.Lines())))
        {
            skipped.Merge(Encoding.UTF8.GetString(lines));
        }

        _ = ranks.OnEveryRank(() =>
        {
            skipped.CheckAll();
            return true;
        });
    }
}
