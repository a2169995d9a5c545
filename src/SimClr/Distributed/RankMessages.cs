using System.Runtime.ExceptionServices;
using System.Text.Json;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// Exchange of values other than tensors between ranks. Every rank makes the same calls in the same order.
/// </summary>
public static class RankMessages
{
    /// <summary>Returns whether a condition holds on any rank. All ranks get the same answer.</summary>
    public static bool Any(this ICommunicator ranks, bool local)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Size == 1)
        {
            return local;
        }

        using Tensor count = tensor(local ? 1L : 0L, device: CPU).reshape(1);
        ranks.AllReduce(count);
        return count.item<long>() > 0;
    }

    /// <summary>Gathers the bytes of every rank, in rank order. Their lengths may differ.</summary>
    public static byte[][] Gather(this ICommunicator ranks, byte[] local)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(local);
        if (ranks.Size == 1)
        {
            return [local];
        }

        using var scope = NewDisposeScope();
        Tensor lengths = zeros(ranks.Size, dtype: ScalarType.Int64, device: CPU);
        ranks.AllGather(tensor(new long[] { local.Length }, device: CPU), lengths);
        int[] count = [.. lengths.data<long>().ToArray().Select(length => (int)length)];
        int most = Math.Max(1, count.Max());
        byte[] padded = new byte[most];
        local.CopyTo(padded, 0);
        Tensor all = zeros(ranks.Size * most, dtype: ScalarType.Byte, device: CPU);
        ranks.AllGather(tensor(padded, dtype: ScalarType.Byte, device: CPU), all);
        byte[] bytes = all.data<byte>().ToArray();
        return [.. count.Select((length, rank) => bytes[(rank * most)..((rank * most) + length)])];
    }

    /// <summary>
    /// Returns on every rank the value that the first rank computes. If the computation fails, the first rank throws
    /// its error, and the others throw a <see cref="PeerException"/>.
    /// </summary>
    /// <typeparam name="T">A type that JSON can represent.</typeparam>
    public static T OnRankZero<T>(this ICommunicator ranks, Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(make);
        if (ranks.Size == 1)
        {
            return make();
        }

        if (ranks.Rank != 0)
        {
            Message<T> message = Read<T>(ranks.OnRankZero([]));
            return message.Error is null ? message.Value! : throw new PeerException(message.Error, message.ExitCode);
        }

        try
        {
            T value = make();
            _ = ranks.OnRankZero(Write(new Message<T>(value, null, 0)));
            return value;
        }
        catch (Exception error) when (error is not CommunicationException)
        {
            int code = CodeOf(error);
            _ = ranks.OnRankZero(Write(new Message<T>(default, error.Message, code)));
            _ = error.MarkCollective();
            throw;
        }
    }

    /// <summary>
    /// Returns the value that the first rank computes, and null on the other ranks. Errors are handled as in
    /// <see cref="OnRankZero{T}"/>.
    /// </summary>
    public static T? OnRankZeroOnly<T>(this ICommunicator ranks, Func<T?> make)
        where T : class
    {
        T? value = null;
        _ = ranks.OnRankZero(() => (value = make()) is not null);
        return value;
    }

    /// <summary>
    /// Returns the value that each rank computes by itself. If the computation fails on any rank, all ranks stop here:
    /// that rank throws its error, and the others throw a <see cref="PeerException"/> with its message.
    /// </summary>
    public static T OnEveryRank<T>(this ICommunicator ranks, Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(make);
        if (ranks.Size == 1)
        {
            return make();
        }

        T? value = default;
        Exception? error = null;
        try
        {
            value = make();
        }
        catch (Exception thrown) when (thrown is not CommunicationException)
        {
            error = thrown;
        }

        int code = error is null ? 0 : CodeOf(error);
        byte[][] all = ranks.Gather(Write(new Message<string>(null, error?.Message, code)));
        Message<string>[] outcomes = [.. all.Select(Read<string>)];
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error.MarkCollective());
        }

        int failed = Array.FindIndex(outcomes, outcome => outcome.Error is not null);
        return failed < 0
            ? value!
            : throw new PeerException($"rank {failed}: {outcomes[failed].Error}", outcomes[failed].ExitCode);
    }

    // The exit code of the command line for this error. A file that cannot be written is for the user to fix.
    private static int CodeOf(Exception error) => error switch
    {
        SimClrException known => known.ExitCode,
        OperationCanceledException => 130,
        IOException or UnauthorizedAccessException => 2,
        _ => 1,
    };

    private static byte[] OnRankZero(this ICommunicator ranks, byte[] bytes)
    {
        using var scope = NewDisposeScope();
        Tensor length = tensor(new long[] { bytes.Length }, device: CPU);
        ranks.Broadcast(length);
        Tensor values = ranks.Rank == 0
            ? tensor(bytes, dtype: ScalarType.Byte, device: CPU)
            : zeros(length.item<long>(), dtype: ScalarType.Byte, device: CPU);
        ranks.Broadcast(values);
        return values.data<byte>().ToArray();
    }

    private static byte[] Write<T>(Message<T> message) => JsonSerializer.SerializeToUtf8Bytes(message, Json.Plain);

    private static Message<T> Read<T>(byte[] bytes) => JsonSerializer.Deserialize<Message<T>>(bytes, Json.Plain)!;

    private sealed record Message<T>(T? Value, string? Error, int ExitCode);
}
