namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>What is done to messages (OPC 10000-4, 7.20); the number is the one on the wire.</summary>
public enum UaSecurityMode
{
    /// <summary>Nothing.</summary>
    None = 1,

    /// <summary>They are signed.</summary>
    Sign = 2,

    /// <summary>They are signed and encrypted.</summary>
    SignAndEncrypt = 3,
}

/// <summary>The security policies this product has (OPC 10000-7, 6.6).</summary>
public enum UaSecurityPolicy
{
    /// <summary>http://opcfoundation.org/UA/SecurityPolicy#None.</summary>
    None,

    /// <summary>http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256.</summary>
    Basic256Sha256,

    /// <summary>http://opcfoundation.org/UA/SecurityPolicy#Aes128_Sha256_RsaOaep.</summary>
    Aes128Sha256RsaOaep,

    /// <summary>http://opcfoundation.org/UA/SecurityPolicy#Aes256_Sha256_RsaPss.</summary>
    Aes256Sha256RsaPss,
}
