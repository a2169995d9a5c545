"""Writes groups.json: what scikit-learn says of a division and of a map of 60 made-up embeddings."""
import json
import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_samples, silhouette_score
from sklearn.preprocessing import normalize

random = np.random.default_rng(5)
centers = random.normal(size=(4, 6))
labels = np.arange(60) % 4
rows = np.round(centers[labels] + 0.9 * random.normal(size=(60, 6)), 4)
unit = normalize(rows)
clusters = KMeans(5, n_init=10, random_state=0).fit_predict(unit)
alone = np.where(np.arange(60) == 7, 9, clusters)   # a cluster of one row
pca = PCA(2).fit(unit)
places = pca.transform(unit)
random_map = np.round(random.normal(size=(60, 2)), 4)
out = {
    "sklearn": sklearn.__version__,
    "rows": rows.tolist(),
    "labels": labels.tolist(),
    "clusters": clusters.tolist(),
    "nmi": normalized_mutual_info_score(labels, clusters),
    "ari": adjusted_rand_score(labels, clusters),
    "silhouette": silhouette_score(unit, clusters, metric="cosine"),
    "silhouettes": silhouette_samples(unit, clusters, metric="cosine").tolist(),
    "clusters_alone": alone.tolist(),
    "silhouettes_alone": silhouette_samples(unit, alone, metric="cosine").tolist(),
    "pca": places.tolist(),
    "explained": float(pca.explained_variance_ratio_.sum()),
    "trustworthiness_pca": trustworthiness(unit, places, n_neighbors=5, metric="cosine"),
    "trustworthiness_pca_12": trustworthiness(unit, places, n_neighbors=12, metric="cosine"),
    "random_map": random_map.tolist(),
    "trustworthiness_random": trustworthiness(unit, random_map, n_neighbors=5, metric="cosine"),
}
with open("groups.json", "w") as file:
    json.dump(out, file)
