#!/usr/bin/env node
import { keepGoingWithoutReaders } from "./closed-output";
import { main } from "./main";

keepGoingWithoutReaders(process.stdout, process.stderr);
process.exitCode = await main(process.argv.slice(2));
