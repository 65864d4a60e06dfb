using FedPG.Cli;
using FedPG.Cli.Common;

StandardStreams.Guard();
return CommandLine.Run(args);
