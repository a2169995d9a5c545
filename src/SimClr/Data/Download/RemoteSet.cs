namespace SimClr.Data;

/// <summary>An archive or file of a data set at its public address.</summary>
/// <param name="Address">The address.</param>
/// <param name="Md5">The MD5 checksum, as published by the authors or torchvision.</param>
/// <param name="Megabytes">The approximate size in megabytes.</param>
public sealed record RemoteFile(string Address, string Md5, int Megabytes)
{
    /// <summary>Whether the file is kept as is instead of being unpacked.</summary>
    public bool KeepArchive { get; init; }

    /// <summary>An archive inside the archive, which is unpacked in place.</summary>
    public string? Inner { get; init; }

    /// <summary>The last part of the address.</summary>
    public string Name => Address[(Address.LastIndexOf('/') + 1)..];
}

/// <summary>A data set that can be downloaded.</summary>
/// <param name="Name">The name that the user types.</param>
/// <param name="Title">The full name.</param>
/// <param name="Uses">The data specs or paths of the downloaded set; DIR stands for the folder.</param>
/// <param name="Files">The files of the set.</param>
public sealed record RemoteSet(string Name, string Title, string[] Uses, RemoteFile[] Files)
{
    /// <summary>The contents of the folder after a complete download.</summary>
    public required string[] Contents { get; init; }
}
