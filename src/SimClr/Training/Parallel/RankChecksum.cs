using System.Globalization;
using System.Runtime.InteropServices;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Detects weights that are no longer identical on all ranks, which would from then on train different models.
/// </summary>
internal static class RankChecksum
{
    private const ulong Start = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <param name="ranks">The ranks.</param>
    /// <param name="state">The tensors that must be identical.</param>
    /// <param name="step">The number of steps done, for the message.</param>
    /// <exception cref="CommunicationException">The weights of two ranks differ. Thrown on every rank.</exception>
    public static void Check(ICommunicator ranks, IEnumerable<Tensor> state, long step)
    {
        byte[][] sums = ranks.Gather(Compute(state));
        int other = Array.FindIndex(sums, sum => !sum.AsSpan().SequenceEqual(sums[0]));
        if (other > 0)
        {
            throw new CommunicationException(string.Create(
                CultureInfo.InvariantCulture,
                $"the weights of rank {other} differ from those of rank 0 after step {step}: the machine, the network "
                    + $"or a library gave wrong or different results on one of them. This step was not saved. "
                    + $"Use the same kind of processor and the same software versions on all ranks, and start again; "
                    + $"with resume: true a run continues from its last checkpoint"))
                .MarkCollective();
        }
    }

    /// <summary>Computes a hash of all bytes (FNV-1a, 8 bytes at a time).</summary>
    internal static byte[] Compute(IEnumerable<Tensor> state)
    {
        using var _ = no_grad();
        ulong hash = Start;
        foreach (Tensor tensor in state)
        {
            using var scope = NewDisposeScope();
            Span<byte> bytes = tensor.detach().cpu().contiguous().bytes;
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
            {
                hash = (hash ^ word) * Prime;
            }

            foreach (byte rest in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
            {
                hash = (hash ^ rest) * Prime;
            }
        }

        return BitConverter.GetBytes(hash);
    }
}
