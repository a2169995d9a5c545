namespace SimClr.Checkpoints;

/// <summary>A PyTorch file in one of its formats: the value of its pickle, and the bytes of its storages.</summary>
internal interface IPthSource : IDisposable
{
    /// <summary>The saved value, usually a dictionary.</summary>
    object? Root { get; }

    /// <summary>The text entries that this library added, by name.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a storage before memory is allocated for it.</summary>
    /// <returns>A stream at the first byte of the storage, and the storage's checksum if the format has one.</returns>
    /// <exception cref="DataException">The file has fewer bytes than the storage claims.</exception>
    (Stream Bytes, uint? Checksum) Open(PthStorage storage);
}
