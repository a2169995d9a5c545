"""Writes small MAT-files with SciPy, as the label files of Cars and Flowers are made. Run in this folder."""
import numpy as np
from scipy.io import savemat

setid = {
    "trnid": np.array([[1, 4, 6]], dtype=np.uint16),
    "valid": np.array([[2, 5]], dtype=np.uint16),
    "tstid": np.array([[3, 7, 8]], dtype=np.uint16),
}
savemat("setid.mat", setid, do_compression=True)
savemat("setid_plain.mat", setid)
savemat("imagelabels.mat", {"labels": np.array([[1, 2, 3, 102, 1, 2, 1, 102]], dtype=np.uint8)}, do_compression=True)

fields = [(name, "O") for name in ("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "class", "fname")]
cars = np.zeros((1, 3), dtype=fields)
for i, (number, name) in enumerate([(2, "00001.jpg"), (196, "00002.jpg"), (1, "00003.jpg")]):
    cars[0, i] = (39, 116, 569, 375 + i, np.uint8(number), name)
savemat("cars_annos.mat", {"annotations": cars, "class_names": np.array([["Acura RL", "Überauto"]], dtype=object)},
        do_compression=True)

nested = np.empty((1, 2), dtype=object)
nested[0, 0] = np.array([["a", "bc"]], dtype=object)
nested[0, 1] = np.array([[1.0]])
savemat("numbers.mat", {
    **{t.__name__: np.array([[0, 1, 100], [7, 8, 9]], dtype=t)
       for t in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64)},
    "negative": np.array([[-1, -128]], dtype=np.int8),
    "half": np.array([[0.5]]),
    "complex": np.array([[3 + 4j]]),
    "empty": np.zeros((0, 0)),
    "nested": nested,
})
