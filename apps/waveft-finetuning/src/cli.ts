console.log("waveft-finetuning");
