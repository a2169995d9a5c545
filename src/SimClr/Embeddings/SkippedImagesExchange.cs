using System.Text;
using SimClr.Data;
using SimClr.Distributed;

namespace SimClr.Embeddings;

/// <summary>Images that could not be read, where each rank reads a part of the set.</summary>
public static class SkippedImagesExchange
{
    /// <summary>Makes the ranks' lists one.</summary>
    /// <exception cref="DataException">Together they are more than the allowed share; thrown on every rank.</exception>
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
