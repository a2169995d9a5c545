namespace SimClr.Checkpoints;

/// <summary>A PyTorch file of one format: what its pickle says, and the bytes of its storages.</summary>
internal interface IPthSource : IDisposable
{
    /// <summary>What was saved: as a rule a dictionary.</summary>
    object? Root { get; }

    /// <summary>The text entries that this program added.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Finds a storage, before any memory is taken for it.</summary>
    /// <returns>Where its bytes are read from, and their checksum where the format has one.</returns>
    /// <exception cref="DataException">The file does not hold as many bytes as the storage claims.</exception>
    (Stream Bytes, uint? Checksum) Open(PthStorage storage);
}
