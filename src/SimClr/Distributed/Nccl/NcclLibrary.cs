using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// NCCL, CUDA streams and events, and two functions of libtorch's stable C interface that return the address of a CUDA
/// tensor's values and the current stream. Loaded only when the first CUDA tensor is communicated.
/// </summary>
internal sealed unsafe class NcclLibrary : INcclLibrary
{
    /// <summary>The length of a unique ID, in bytes.</summary>
    public const int IdBytes = 128;

    private const int Sum = 0;
    private const uint NonBlocking = 1;        // cudaStreamNonBlocking
    private const uint DisableTiming = 2;      // cudaEventDisableTiming
    private const int NotReady = 600;          // cudaErrorNotReady

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
    private readonly delegate* unmanaged<int*, int> getDevice;
    private readonly delegate* unmanaged<int, int> setDevice;
    private readonly delegate* unmanaged<nint*, uint, int> createStream;
    private readonly delegate* unmanaged<nint*, uint, int> createEvent;
    private readonly delegate* unmanaged<nint, nint, int> recordEvent;
    private readonly delegate* unmanaged<nint, nint, uint, int> waitEvent;
    private readonly delegate* unmanaged<nint, int> queryEvent;
    private readonly delegate* unmanaged<nint, int> destroyEvent;
    private readonly delegate* unmanaged<int, byte*> cudaErrorString;

    private NcclLibrary(nint nccl, nint torch, nint cuda)
    {
        dataOf = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(torch, "aoti_torch_get_data_ptr");
        streamOf = (delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(
            cuda, "aoti_torch_get_current_cuda_stream");
        getUniqueId = (delegate* unmanaged<UniqueId*, int>)NativeLibrary.GetExport(nccl, "ncclGetUniqueId");
        initRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)NativeLibrary.GetExport(
            nccl, "ncclCommInitRank");
        allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(
            nccl, "ncclAllReduce");
        allGather = (delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)NativeLibrary.GetExport(
            nccl, "ncclAllGather");
        broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(
            nccl, "ncclBroadcast");
        asyncError = (delegate* unmanaged<nint, int*, int>)NativeLibrary.GetExport(nccl, "ncclCommGetAsyncError");
        abort = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(nccl, "ncclCommAbort");
        errorString = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(nccl, "ncclGetErrorString");

        // These come from the CUDA runtime that libtorch is linked with, whatever its file name.
        getDevice = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(cuda, "cudaGetDevice");
        setDevice = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(cuda, "cudaSetDevice");
        createStream = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(
            cuda, "cudaStreamCreateWithFlags");
        createEvent = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(cuda, "cudaEventCreateWithFlags");
        recordEvent = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(cuda, "cudaEventRecord");
        waitEvent = (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(cuda, "cudaStreamWaitEvent");
        queryEvent = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(cuda, "cudaEventQuery");
        destroyEvent = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(cuda, "cudaEventDestroy");
        cudaErrorString = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(cuda, "cudaGetErrorString");
    }

    /// <summary>Loads NCCL.</summary>
    /// <exception cref="CommunicationException">NCCL or CUDA was not found or lacks a function.</exception>
    public static NcclLibrary Load()
    {
        try
        {
            nint cuda = LibtorchFunction("torch_cuda");

            // Some builds of libtorch contain NCCL or are linked with it.
            nint nccl = NativeLibrary.TryGetExport(cuda, "ncclGetUniqueId", out _) ? cuda
                : First("libnccl.so.2", "libnccl.so");
            return new NcclLibrary(nccl, LibtorchFunction("torch_cpu"), cuda);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new CommunicationException(
                $"NCCL cannot be used: {error.Message}; install libnccl2 and use a libtorch with CUDA, or leave "
                    + $"{CommunicationOptions.NcclVariable} unset",
                error);
        }
    }

    /// <inheritdoc/>
    public byte[] CreateUniqueId()
    {
        UniqueId id;
        Check(getUniqueId(&id));
        return new ReadOnlySpan<byte>(&id, sizeof(UniqueId)).ToArray();
    }

    /// <inheritdoc/>
    public nint Connect(ReadOnlySpan<byte> id, int rank, int size, int device)
    {
        UniqueId all = MemoryMarshal.Read<UniqueId>(id);
        int before = Enter(device);
        nint communicator = 0;
        int code = initRank(&communicator, size, all, rank);
        CheckCuda(setDevice(before));
        Check(code);
        return communicator;
    }

    /// <inheritdoc/>
    public void AllReduce(nint communicator, Tensor values, nint stream)
        => Check(
            allReduce(Data(values), Data(values), (nuint)values.numel(), TypeOf(values), Sum, communicator, stream));

    /// <inheritdoc/>
    public void AllGather(nint communicator, Tensor local, Tensor all, nint stream)
        => Check(allGather(Data(local), Data(all), (nuint)local.numel(), TypeOf(local), communicator, stream));

    /// <inheritdoc/>
    public void Broadcast(nint communicator, Tensor values, int root, nint stream)
        => Check(
            broadcast(Data(values), Data(values), (nuint)values.numel(), TypeOf(values), root, communicator, stream));

    /// <inheritdoc/>
    public nint CurrentStream(int device)
    {
        nint stream = 0;
        return streamOf(device, &stream) == 0
            ? stream
            : throw new CommunicationException("libtorch does not report its current CUDA stream");
    }

    /// <inheritdoc/>
    public nint CreateStream(int device)
    {
        int before = Enter(device);
        nint stream = 0;
        int code = createStream(&stream, NonBlocking);
        CheckCuda(setDevice(before));
        CheckCuda(code);
        return stream;
    }

    /// <inheritdoc/>
    public nint RecordEvent(nint stream, int device)
    {
        // An event belongs to the device on which it was created, which must be that of the stream.
        int before = Enter(device);
        nint mark = 0;
        int code = createEvent(&mark, DisableTiming);
        code = code != 0 ? code : recordEvent(mark, stream);
        CheckCuda(setDevice(before));
        CheckCuda(code);
        return mark;
    }

    /// <inheritdoc/>
    public void WaitEvent(nint stream, nint mark, int device)
    {
        // libtorch uses stream 0 by default, which means the default stream of the thread's current device.
        int before = Enter(device);
        int code = waitEvent(stream, mark, 0);
        CheckCuda(setDevice(before));
        CheckCuda(code);
    }

    /// <inheritdoc/>
    public bool IsComplete(nint mark) => queryEvent(mark) != NotReady;   // The next use of the device reports an error.

    /// <inheritdoc/>
    public void DestroyEvent(nint mark) => _ = destroyEvent(mark);

    /// <inheritdoc/>
    public void CheckDevice(nint communicator)
    {
        int code = 0;
        Check(asyncError(communicator, &code));
        Check(code);
    }

    /// <inheritdoc/>
    public void Abort(nint communicator) => _ = abort(communicator);

    private static nint LibtorchFunction(string name)
        => CustomLibtorch.TryOpen(name, out nint library) ? library
            : throw new DllNotFoundException($"libtorch's {name} cannot be loaded");

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
        _ => throw new ArgumentException(
            $"got a tensor of {values.dtype}, expected float32, float64, bfloat16, int64 or uint8"),
    };

    private nint Data(Tensor values)
    {
        nint data = 0;
        return dataOf(values.Handle, &data) == 0 ? data
            : throw new CommunicationException("libtorch does not report the address of a tensor's values");
    }

    private int Enter(int device)
    {
        int before = 0;
        CheckCuda(getDevice(&before));
        CheckCuda(setDevice(device));
        return before;
    }

    private void CheckCuda(int code)
    {
        if (code != 0)
        {
            throw new CommunicationException($"CUDA failed: {Marshal.PtrToStringUTF8((nint)cudaErrorString(code))}");
        }
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
        public fixed byte Bytes[IdBytes];
    }
}
