using HyperIngest.Host.Commands;

return await new ProgramCommandLine(ProgramVerbs.All()).RunAsync(args, Console.Out, Console.Error);
