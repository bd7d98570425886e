Console.WriteLine("loopctl");
