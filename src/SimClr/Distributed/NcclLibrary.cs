using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// NCCL, and the two functions of libtorch's stable C interface that tell where a CUDA tensor's numbers are and on which
/// stream it is computed. Loaded when the first CUDA tensor is to be communicated, never before.
/// </summary>
internal sealed unsafe class NcclLibrary
{
    private const int Sum = 0;

    private readonly delegate* unmanaged<nint, nint*, int> dataOf;
    private readonly delegate* unmanaged<int, nint*, int> streamOf;
    private readonly delegate* unmanaged<UniqueId*, int> getUniqueId;
    private readonly delegate* unmanaged<nint*, int, UniqueId, int, int> initRank;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> allReduce;
    private readonly delegate* unmanaged<nint, nint, nuint, int, nint, nint, int> allGather;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> broadcast;
    private readonly delegate* unmanaged<nint, int*, int> asyncError;
    private readonly delegate* unmanaged<nint, int> abort;
    private readonly delegate* unmanaged<int, byte*> errorString;

    private NcclLibrary(nint nccl, nint torch, nint cuda)
    {
        dataOf = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(torch, "aoti_torch_get_data_ptr");
        streamOf = (delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(cuda, "aoti_torch_get_current_cuda_stream");
        getUniqueId = (delegate* unmanaged<UniqueId*, int>)NativeLibrary.GetExport(nccl, "ncclGetUniqueId");
        initRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)NativeLibrary.GetExport(nccl, "ncclCommInitRank");
        allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(nccl, "ncclAllReduce");
        allGather = (delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)NativeLibrary.GetExport(nccl, "ncclAllGather");
        broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(nccl, "ncclBroadcast");
        asyncError = (delegate* unmanaged<nint, int*, int>)NativeLibrary.GetExport(nccl, "ncclCommGetAsyncError");
        abort = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(nccl, "ncclCommAbort");
        errorString = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(nccl, "ncclGetErrorString");
    }

    /// <summary>Loads it.</summary>
    /// <exception cref="CommunicationException">It is not there, or lacks a function.</exception>
    public static NcclLibrary Load()
    {
        try
        {
            nint cuda = First("libtorch_cuda.so");

            // Builds of libtorch may have NCCL in them.
            nint nccl = NativeLibrary.TryGetExport(cuda, "ncclGetUniqueId", out _) ? cuda : First("libnccl.so.2", "libnccl.so");
            return new NcclLibrary(nccl, First("libtorch_cpu.so"), cuda);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new CommunicationException(
                $"NCCL cannot be used: {error.Message}; install libnccl2 and build with TorchBackend=cuda, or leave {CommunicationOptions.NcclVariable} unset", error);
        }
    }

    /// <summary>What the first rank draws and all need to know: 128 bytes.</summary>
    public byte[] DrawId()
    {
        UniqueId id;
        Check(getUniqueId(&id));
        return new ReadOnlySpan<byte>(&id, sizeof(UniqueId)).ToArray();
    }

    /// <summary>Connects this rank with the others. Every rank makes this call.</summary>
    public nint Connect(ReadOnlySpan<byte> id, int rank, int size)
    {
        nint communicator = 0;
        Check(initRank(&communicator, size, MemoryMarshal.Read<UniqueId>(id), rank));
        return communicator;
    }

    public void AllReduce(nint communicator, Tensor values)
        => Check(allReduce(Data(values), Data(values), (nuint)values.numel(), TypeOf(values), Sum, communicator, Stream(values)));

    public void AllGather(nint communicator, Tensor mine, Tensor all)
        => Check(allGather(Data(mine), Data(all), (nuint)mine.numel(), TypeOf(mine), communicator, Stream(mine)));

    public void Broadcast(nint communicator, Tensor values, int root)
        => Check(broadcast(Data(values), Data(values), (nuint)values.numel(), TypeOf(values), root, communicator, Stream(values)));

    /// <summary>Throws what went wrong since, on the device.</summary>
    public void CheckDevice(nint communicator)
    {
        int code = 0;
        Check(asyncError(communicator, &code));
        Check(code);
    }

    /// <summary>Ends what is under way.</summary>
    public void Abort(nint communicator) => _ = abort(communicator);

    private static nint First(params string[] names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(Tensor).Assembly, null, out nint library))
            {
                return library;
            }
        }

        throw new DllNotFoundException($"{string.Join(" and ", names)} cannot be loaded");
    }

    // ncclDataType_t.
    private static int TypeOf(Tensor values) => values.dtype switch
    {
        ScalarType.Byte => 1,
        ScalarType.Int64 => 4,
        ScalarType.Float32 => 7,
        ScalarType.Float64 => 8,
        ScalarType.BFloat16 => 9,
        _ => throw new ArgumentException($"got a tensor of {values.dtype}, expected float32, float64, bfloat16, int64 or uint8"),
    };

    private nint Data(Tensor values)
    {
        nint data = 0;
        return dataOf(values.Handle, &data) == 0 ? data : throw new CommunicationException("libtorch does not tell where a tensor's numbers are");
    }

    private nint Stream(Tensor values)
    {
        nint stream = 0;
        return streamOf(values.device_index, &stream) == 0
            ? stream
            : throw new CommunicationException("libtorch does not tell on which CUDA stream it computes");
    }

    private void Check(int code)
    {
        if (code != 0)
        {
            throw new CommunicationException($"NCCL failed: {Marshal.PtrToStringUTF8((nint)errorString(code))}");
        }
    }

    private struct UniqueId
    {
        public fixed byte Bytes[128];
    }
}
