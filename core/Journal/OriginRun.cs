namespace HyperIngest.Core.Journal;

/// <summary>Readings that stood one behind the other when they were appended, and still do in a record that retention has thinned.</summary>
/// <param name="Slot">32-byte slots from the end of the record's header to where the first of them stood; 0 to 33,554,431.</param>
/// <param name="Count">How many they are, 1 to 1,048,576.</param>
internal readonly record struct OriginRun(int Slot, int Count);
