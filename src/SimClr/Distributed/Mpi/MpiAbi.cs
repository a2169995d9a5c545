namespace SimClr.Distributed;

/// <summary>
/// The values of MPI's constants, which differ between binary interfaces. Handles are as wide as a pointer. MPICH's are
/// four-byte integers, which 64-bit processors pass in the same registers.
/// </summary>
/// <param name="Name">The name of the interface.</param>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Float">MPI_FLOAT.</param>
/// <param name="Double">MPI_DOUBLE.</param>
/// <param name="Int64">MPI_INT64_T.</param>
/// <param name="UInt8">MPI_UINT8_T.</param>
/// <param name="Sum">MPI_SUM.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="ThreadSerialized">MPI_THREAD_SERIALIZED.</param>
/// <param name="ThreadMultiple">MPI_THREAD_MULTIPLE.</param>
internal sealed record MpiAbi(
    string Name, nint World, nint Float, nint Double, nint Int64, nint UInt8, nint Sum, nint ErrorsReturn, nint InPlace,
    int ThreadSerialized, int ThreadMultiple)
{
    /// <summary>The interface of MPICH, which Intel MPI, MVAPICH and Cray MPICH share.</summary>
    public static MpiAbi Mpich { get; } = new(
        "MPICH", 0x44000000, 0x4c00040a, 0x4c00080b, 0x4c00083a, 0x4c00013b, 0x58000003, 0x54000001, -1, 2, 3);

    /// <summary>The standard interface of MPI 5.0 (chapter 20).</summary>
    public static MpiAbi Standard { get; } = new(
        "MPI 5 standard", 0x101, 0x210, 0x214, 0x258, 0x241, 0x21, 0x143, 1, 2048, 4096);

    /// <summary>Returns the interface of Open MPI, whose handles are the addresses of exported objects.</summary>
    /// <param name="addressOf">Returns the address of an exported name.</param>
    public static MpiAbi OpenMpi(Func<string, nint> addressOf) => new(
        "Open MPI",
        addressOf("ompi_mpi_comm_world"),
        addressOf("ompi_mpi_float"),
        addressOf("ompi_mpi_double"),
        addressOf("ompi_mpi_int64_t"),
        addressOf("ompi_mpi_uint8_t"),
        addressOf("ompi_mpi_op_sum"),
        addressOf("ompi_mpi_errors_return"),
        1,
        2,
        3);
}
